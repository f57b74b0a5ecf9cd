"""The state of every row: whether samples come, and if not, why not and since when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from reinfra.coverage.columns import Ints
from reinfra.coverage.expected import EXPLAINING
from reinfra.coverage.ledger import STATES, UNKNOWN
from reinfra.coverage.rows import NEVER, WHOLE, Layout, Rows, about
from reinfra.coverage.subjects import place_of
from reinfra.coverage.watchers import Watcher
from reinfra.model import DAY, MINUTE, SECOND, Coverage
from reinfra.signals import find
from reinfra.store.coverage import StoredAbsence

_WARM = DAY
"""How much of a signal's past there must be before detectors judge it by its values."""
# Longer than it takes to see that a source is not asked: what nobody asks of is dead, and not lost.
_TOLERATED = 4  # intervals without a sample
_LEAST = 6 * MINUTE
_FAR = np.iinfo(np.int64).max // 4
_UNSUPPORTED = STATES.index(Coverage.UNSUPPORTED)

_STALE = "samples came and stopped, while the source answers"
_WARMING = "not enough of its past is known to judge it yet"
_UNEXPLAINED = "the source answers, has never given it, and does not say why"
_OFF = "the source has never given it: it may be turned off there, or not exist on this hardware"


@dataclass(slots=True, eq=False)
class States:
    """As long as the rows. `by_source` is where a source does not answer, `whole` where a subject is absent.

    `paced` is where samples came that have a cadence: only these tell whether a subject still reports.
    """

    state: Ints
    since: Ints
    reason: Ints
    by_source: NDArray[np.bool_]
    whole: NDArray[np.bool_]
    paced: NDArray[np.bool_]
    reasons: dict[str, int] = field(default_factory=lambda: {"": 0})

    def put(
        self, where: NDArray[np.bool_], state: Coverage, since: Ints | int, reason: str
    ) -> None:
        self.state[where] = STATES.index(state)
        self.since[where] = since if isinstance(since, int) else since[where]
        self.reason[where] = self.reasons.setdefault(reason, len(self.reasons))


def judge(
    rows: Rows,
    absences: Iterable[StoredAbsence],
    watching: Mapping[str, Watcher],
    ends: Ints,
) -> States:
    """`ends[i]` is the present of source i: now, or the last sample of a recording."""
    count = rows.code.size
    state, since, reason = np.zeros((3, count), np.int64)
    paced = (rows.last != NEVER) & (_paces(rows) < _FAR)
    states = States(state, since, reason, np.zeros(count, bool), np.zeros(count, bool), paced)
    _by_samples(states, rows, watching, ends)
    said = list(absences)
    _by_signal(states, rows, said)
    _by_source(states, rows, watching)
    _by_subject(states, rows, said)
    return states


def _by_samples(states: States, rows: Rows, watching: Mapping[str, Watcher], ends: Ints) -> None:
    came = rows.last != NEVER
    age = ends[rows.source] - rows.last
    late = came & (age > _patience(rows, watching))
    fresh = came & ~late
    states.put(fresh, Coverage.WATCHED, rows.first, "")
    states.put(fresh & (rows.last - rows.first < _WARM), Coverage.WARMING, rows.first, _WARMING)
    states.put(late, Coverage.STALE, rows.last, _STALE)
    states.put(~came, Coverage.FAILING, UNKNOWN, "")
    whole = rows.signal == rows.layout.names.get(WHOLE, -1)
    for name, place in rows.layout.sources.items():
        mine = ~came & ~whole & (rows.source == place)
        watcher = watching.get(name)
        if watcher and watcher.collector in EXPLAINING:
            states.put(mine, Coverage.FAILING, UNKNOWN, _UNEXPLAINED)
        else:
            states.put(mine, Coverage.UNSUPPORTED, UNKNOWN, _OFF)


def _patience(rows: Rows, watching: Mapping[str, Watcher]) -> Ints:
    """How old the last sample may be, in ms; what has no cadence is never late."""
    intervals = [
        (watching[name].interval or 0) if name in watching else 0 for name in rows.layout.sources
    ]
    expected = np.maximum(_paces(rows), np.array(intervals, np.int64)[rows.source])
    patience: Ints = np.maximum(_TOLERATED * expected, _LEAST)
    return patience


def _paces(rows: Rows) -> Ints:
    """How far apart samples are expected, in ms."""
    paces = np.array([_pace(name) for name in rows.layout.names], np.int64)
    of_row: Ints = paces[rows.signal]
    return of_row


def _pace(name: str) -> int:
    signal = find(name)
    return round(signal.cadence * SECOND) if signal and signal.cadence else _FAR


def _by_signal(states: States, rows: Rows, absences: list[StoredAbsence]) -> None:
    for one in absences:
        if one.signal == WHOLE:
            continue
        at = rows.at(about(one))
        if rows.last[at] <= one.seen:
            states.state[at] = STATES.index(one.state)
            states.since[at] = one.since
            states.reason[at] = states.reasons.setdefault(one.reason, len(states.reasons))


def _by_source(states: States, rows: Rows, watching: Mapping[str, Watcher]) -> None:
    """Of a source that does not answer nothing is known, but what it never had."""
    unsupported = states.state == _UNSUPPORTED
    for name, place in rows.layout.sources.items():
        watcher = watching.get(name)
        if watcher is not None and not watcher.answers:
            mine = (rows.source == place) & ~unsupported
            since = UNKNOWN if watcher.since is None else watcher.since
            states.put(mine, Coverage.FAILING, since, watcher.reason)
            states.by_source |= mine


def _by_subject(states: States, rows: Rows, absences: list[StoredAbsence]) -> None:
    """What is said of all of a subject; what is said of a host or a service, of its devices as well."""
    said = [one for one in absences if one.signal == WHOLE]
    pair, which = _members(rows.layout, said)
    if not pair.size:
        return
    wanted = rows.source * len(rows.layout.subjects) + rows.subject
    at = np.minimum(np.searchsorted(pair, wanted), pair.size - 1)
    seen = np.array([one.seen for one in said], np.int64)[which[at]]
    mine = (pair[at] == wanted) & (rows.last <= seen) & ~states.by_source
    hit = np.flatnonzero(mine & (states.state != _UNSUPPORTED))
    chosen = which[at[hit]]
    reasons = [states.reasons.setdefault(one.reason, len(states.reasons)) for one in said]
    states.state[hit] = np.array([STATES.index(one.state) for one in said], np.int64)[chosen]
    states.since[hit] = np.array([one.since for one in said], np.int64)[chosen]
    states.reason[hit] = np.array(reasons, np.int64)[chosen]
    states.whole[hit] = True


def _members(layout: Layout, absences: list[StoredAbsence]) -> tuple[Ints, Ints]:
    """Source and subject as one number, increasing, and the place of the absence that is said of them."""
    inside: dict[tuple[str, str], list[int]] = {}
    for subject, place in layout.subjects.items():
        inside.setdefault(place_of(subject), []).append(place)
    found: dict[int, int] = {}
    for which, one in enumerate(absences):
        source, subject, _ = about(one)
        whole_place = subject == (place_of(subject),)
        for place in inside[place_of(subject)] if whole_place else [layout.subjects[subject]]:
            found[layout.sources[source] * len(layout.subjects) + place] = which
    pairs = sorted(found.items())
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]
