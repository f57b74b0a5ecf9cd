"""The coverage ledger in tables: what is dead, lost or idle, each place's share, each signal's state."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.format import instant
from dashboard.queries.coverage import Covered
from dashboard.text import cell
from reinfra.coverage.ledger import STATES, UNKNOWN, Ledger
from reinfra.coverage.presence import Presence
from reinfra.coverage.rules import NeverFires
from reinfra.coverage.subjects import is_device, named, own_name, place_of
from reinfra.coverage.summary import counts
from reinfra.model import Coverage
from reinfra.signals.wording import duration
from reinfra.store.coverage import Refused
from reinfra.store.sources import SourceState

MOST_ROWS = 2_000
WORST_FIRST = (
    Coverage.FAILING,
    Coverage.STALE,
    Coverage.NEVER,
    Coverage.WARMING,
    Coverage.UNSUPPORTED,
    Coverage.WATCHED,
)
_QUIET = (Presence.LOST, Presence.DEAD, Presence.IDLE)


def quiet(ledger: Ledger, now: int) -> pd.DataFrame:
    """What is lost, dead or idle, in this order, the longest first."""
    pairs = zip(ledger.subjects, ledger.standing, strict=True)
    found = [(subject, said) for subject, said in pairs if said.presence in _QUIET]
    found.sort(key=lambda one: (_QUIET.index(one[1].presence), one[1].since or 0))
    return pd.DataFrame(
        {
            "which": cell(named(subject)),
            "is": str(said.presence),
            "since (UTC)": _instant(said.since),
            "for": duration(now - said.since) if said.since is not None else "unknown",
            "in the words of its source": cell(said.reason, 500),
        }
        for subject, said in found
    )


def places(ledger: Ledger) -> pd.DataFrame:
    """Each host, service or resource with its signals by state, the least covered first."""
    tallies = ledger.by_place()
    of_state: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    best = ledger.best()
    pairs = zip(ledger.subject[best].tolist(), ledger.state[best].tolist(), strict=True)
    for (subject, state), many in Counter(pairs).items():
        of_state[place_of(ledger.subjects[subject])][state] += many
    order = sorted(tallies, key=lambda one: (np.nan_to_num(tallies[one].share, nan=2.0), one))
    devices = Counter(place_of(one) for one in ledger.subjects if is_device(one))
    return pd.DataFrame(
        {
            "where": cell(place[1]),
            "devices": devices[place],
            "coming": tallies[place].share,
            **{str(state): of_state[place][STATES.index(state)] for state in WORST_FIRST},
        }
        for place in order
    )


def rows(ledger: Ledger, which: NDArray[np.intp], now: int) -> pd.DataFrame:
    """One line for each signal of a subject; no more than MOST_ROWS."""
    return pd.DataFrame(
        {
            "where": cell(place_of(row.subject)[1]),
            "which": cell(own_name(row.subject)),
            "signal": cell(row.signal or "everything"),
            "state": str(row.state),
            "since (UTC)": _instant(row.since),
            "for": duration(now - row.since) if row.since is not None else "unknown",
            "source": cell(row.source),
            "why": cell(row.reason, 500),
        }
        for row in ledger.rows(which[:MOST_ROWS])
    )


def chosen(
    ledger: Ledger, states: Collection[Coverage], where: Collection[str]
) -> NDArray[np.intp]:
    """The rows in these states (none: all) at these places (none: all), the worst first."""
    best = ledger.best()
    state = ledger.state[best]
    keep = np.ones(best.size, bool)
    if states:
        keep &= np.isin(state, [STATES.index(one) for one in states])
    if where:
        at = np.array([place_of(subject)[1] in where for subject in ledger.subjects], bool)
        keep &= at[ledger.subject[best]]
    rank = np.array([WORST_FIRST.index(one) for one in STATES])
    kept = best[keep]
    # Of one state, what is known to have ended comes before what never came.
    found: NDArray[np.intp] = kept[np.lexsort((ledger.since[kept] == UNKNOWN, rank[state[keep]]))]
    return found


def sources(covered: Covered, there: Sequence[SourceState], now: int) -> pd.DataFrame:
    """Every source with its state and error, those that do not answer first."""
    known = {one.name: one for one in there}
    names = sorted({*known, *covered.watching}, key=lambda one: (_answers(covered, one), one))
    return pd.DataFrame(_source(covered, name, known.get(name), now) for name in names)


def rules(found: Sequence[NeverFires]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "signal": cell(one.rule.signal),
            "relied on in": cell(one.rule.where),
            "can never come because": cell(one.reason, 500),
            "what to do": cell(one.todo),
        }
        for one in found
    )


def refused(found: Sequence[Refused]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": cell(one.source),
            "why": cell(one.reason),
            "how many": one.count,
            "first (UTC)": instant(one.since),
            "latest (UTC)": instant(one.seen),
        }
        for one in found
    )


def _answers(covered: Covered, name: str) -> bool:
    watcher = covered.watching.get(name)
    return watcher is None or watcher.answers


def _source(covered: Covered, name: str, state: SourceState | None, now: int) -> dict[str, object]:
    watcher = covered.watching.get(name)
    many = counts(covered.ledger, name)
    last_at = state.last_at if state else None
    word = (
        "not collected here" if watcher is None else "answers" if watcher.answers else "no answer"
    )
    return {
        "source": cell(name),
        "state": word,
        "since (UTC)": _instant(watcher.since) if watcher else "",
        "error": cell(watcher.reason, 500) if watcher else "",
        "signals": ", ".join(f"{count} {which}" for which, count in many.items()),
        "origin": str(state.origin) if state else "",
        "series": state.series if state else 0,
        "newest sample (UTC)": instant(last_at) if last_at is not None else "none yet",
        "age": duration(now - last_at) if last_at is not None else "",
        "refused": state.refused if state else 0,
        "note": cell(state.note, 500) if state else "",
    }


def _instant(at: int | None) -> str:
    return instant(at) if at is not None else "unknown"
