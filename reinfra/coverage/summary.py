"""The ledger in few words: what each source watches, and its worst troubles first."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reinfra.coverage.ledger import STATES, Ledger, Row
from reinfra.coverage.presence import Presence, Standing
from reinfra.coverage.subjects import is_device, named
from reinfra.model import Coverage, Subject

_TROUBLES = (Coverage.FAILING, Coverage.STALE, Coverage.UNSUPPORTED, Coverage.NEVER)


@dataclass(frozen=True, slots=True)
class Gone:
    """A subject that is dead or lost."""

    subject: Subject
    standing: Standing


@dataclass(frozen=True, slots=True)
class Trouble:
    """Signals in one state for one reason; `since` is the earliest, None where nobody knows."""

    source: str
    state: Coverage
    reason: str
    signals: tuple[str, ...]
    subjects: tuple[Subject, ...]
    since: int | None

    @property
    def said(self) -> str:
        """`hw.power and 3 more of GPU-1 on a and 7 more`."""
        what = _some(self.signals)
        return f"{what} of {_some([named(one) for one in self.subjects])}"


def counts(ledger: Ledger, source: str) -> Counter[Coverage]:
    """How many signals a source gives, or should give, are in each state."""
    if source not in ledger.sources:
        return Counter()
    mine = ledger.state[ledger.source == ledger.sources.index(source)]
    many = np.bincount(mine, minlength=len(STATES)).tolist()
    return Counter({state: count for state, count in zip(STATES, many, strict=True) if count})


def gone(ledger: Ledger) -> Iterator[Gone]:
    """What is dead or lost, the longest first; devices before the rest."""
    found = (
        Gone(subject, standing)
        for subject, standing in zip(ledger.subjects, ledger.standing, strict=True)
        if standing.presence in (Presence.DEAD, Presence.LOST)
    )
    return iter(
        sorted(found, key=lambda one: (not is_device(one.subject), one.standing.since or 0))
    )


def troubles(ledger: Ledger) -> list[Trouble]:
    """What does not come of subjects that report, the worst state and the most signals first."""
    reporting = np.array(
        [one.presence in (Presence.REPORTING, Presence.IDLE) for one in ledger.standing], bool
    )
    lacking = np.isin(ledger.state, [STATES.index(state) for state in _TROUBLES])
    groups: dict[tuple[str, Coverage, str], list[Row]] = defaultdict(list)
    which = np.flatnonzero(lacking & reporting[ledger.subject]) if len(ledger) else None
    for row in ledger.rows(which):
        groups[row.source, row.state, row.reason].append(row)
    found = [_trouble(*key, rows) for key, rows in groups.items()]
    return sorted(found, key=lambda one: (_TROUBLES.index(one.state), -len(one.signals)))


def _trouble(source: str, state: Coverage, reason: str, rows: list[Row]) -> Trouble:
    return Trouble(
        source,
        state,
        reason,
        tuple(dict.fromkeys(row.signal for row in rows)),
        tuple(dict.fromkeys(row.subject for row in rows)),
        min((row.since for row in rows if row.since is not None), default=None),
    )


def _some(names: "tuple[str, ...] | list[str]") -> str:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0] or 'everything'}{more}"
