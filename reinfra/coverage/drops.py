"""A drop in coverage is an incident of its own: signals that came, or should, and do not."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reinfra.coverage.ledger import STATES, UNKNOWN, Ledger, Row, Tally
from reinfra.coverage.presence import Presence
from reinfra.coverage.rows import WHOLE
from reinfra.coverage.subjects import named, place_of
from reinfra.model import DERIVED_LABEL, MINUTE, Anomaly, Coverage, SeriesKey
from reinfra.signals import signals
from reinfra.signals.wording import clock_time

RATIO = "reinfra.coverage.ratio"
DETECTOR = "coverage"

_DERIVED = "the coverage ledger: signals that come, of those that should"
_GRACE = 5 * MINUTE
"""How long coverage must be lacking: a source that stumbles once is no incident."""
_TOLD = 2  # causes in a sentence
_LACKING = [STATES.index(one) for one in (Coverage.STALE, Coverage.FAILING)]
_GONE = (Presence.DEAD, Presence.LOST)


@dataclass(frozen=True, slots=True)
class Drop:
    """At a place `missing` signals that came, or should, have not come since `since`, the earliest of them."""

    place: tuple[str, str]
    tally: Tally
    missing: int
    since: int
    reason: str


def ratio_key(place: tuple[str, str]) -> SeriesKey:
    """The series in which the coverage of a place has its history."""
    return signals()[RATIO].key({place[0]: place[1], DERIVED_LABEL: _DERIVED})


def drops(ledger: Ledger, now: int) -> Iterator[Drop]:
    """By place. What never came and was never explained is no drop: `since` is unknown there."""
    tallies = ledger.by_place()
    rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in ledger.rows(_lacking(ledger, now)):
        rows[place_of(row.subject)].append(row)
    for place, lacking in rows.items():
        since = min(row.since for row in lacking if row.since is not None)
        reason = _reason(ledger, lacking, tallies[place])
        yield Drop(place, tallies[place], len(lacking), since, reason)


def anomaly(drop: Drop, now: int) -> Anomaly:
    """A drop as detectors say it, lasting until `now`; its score is how many signals are missing."""
    usual = (drop.tally.coming + drop.missing) / drop.tally.owed
    return Anomaly(
        key=ratio_key(drop.place),
        detector=DETECTOR,
        since=min(drop.since, now),
        until=now,
        peak_at=now,
        value=drop.tally.share,
        score=float(drop.missing),
        threshold=1.0,
        reason=drop.reason,
        expected_low=usual,
    )


def _lacking(ledger: Ledger, now: int) -> NDArray[np.intp]:
    best = ledger.best()
    lacking = np.isin(ledger.state[best], _LACKING) & (ledger.since[best] <= now - _GRACE)
    whole = ledger.signals.index(WHOLE) if WHOLE in ledger.signals else -1
    lacking &= ledger.came[best] | (ledger.signal[best] == whole)
    found: NDArray[np.intp] = best[lacking & (ledger.since[best] != UNKNOWN)]
    return found


def _reason(ledger: Ledger, lacking: list[Row], tally: Tally) -> str:
    standing = dict(zip(ledger.subjects, ledger.standing, strict=True))
    causes: dict[str, None] = {}
    for row in sorted(lacking, key=lambda row: standing[row.subject].presence not in _GONE):
        said = standing[row.subject]
        if said.presence in _GONE:
            since = f" since {clock_time(said.since)}" if said.since is not None else ""
            causes[f"{named(row.subject)} is {said.presence}{since} ({said.reason})"] = None
        else:
            causes[f"{row.signal} of {named(row.subject)} is {row.state} ({row.reason})"] = None
    told = list(causes)[:_TOLD]
    rest = f", and {len(causes) - _TOLD} more" if len(causes) > _TOLD else ""
    return f"Coverage {tally.coming} of {tally.owed} signals: {'; '.join(told)}{rest}"
