"""One query for everything that explains an incident: what its page and `reinfra alerts explain` show."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from reinfra.config import DetectSettings, Settings
from reinfra.explain.points import Points, Scale, points, strongest
from reinfra.explain.rescore import rescored
from reinfra.explain.roots import Root, roots
from reinfra.explain.shares import Contribution, of_channels, of_incident
from reinfra.explain.similar import Similar, candidates, episode, nearest
from reinfra.model import DAY, HOUR
from reinfra.store import SampleStore, Selector, Store, Stored, anomalies, incidents, inventory
from reinfra.store.anomalies import StoredAnomaly
from reinfra.store.incidents import StoredIncident
from reinfra.store.inventory import Changed
from reinfra.store.notice import excess

EXPLAINED = 10
"""So many anomalies of an incident are explained one by one: those farthest above their thresholds."""

_SIMILAR = 5
_CHANGES = 10
_BEFORE, _AFTER = 24 * HOUR, HOUR
_PAST = 400 * DAY
_MOST_LEAD = DAY


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """One anomaly. `points` and `scale` are None where its series or its samples are gone; `why` says so.

    `channels` are the shares of what a multivariate score is made of, empty for others.
    """

    anomaly: StoredAnomaly
    points: Points | None
    scale: Scale | None
    channels: tuple[Contribution, ...]
    similar: tuple[Similar, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Nearby:
    """A change on record; `before` ms before the incident began, negative after."""

    change: Changed
    before: int


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """`roots` are places by onset, `shares` the series by how far they were out, `changes` the nearest first."""

    incident: StoredIncident
    roots: tuple[Root, ...]
    shares: tuple[Contribution, ...]
    changes: tuple[Nearby, ...]
    anomalies: tuple[Explained, ...]


def explain(
    store: Store, incident_id: int, settings: Settings, samples: SampleStore | None = None
) -> Explanation:
    """Raises InputError where there is no such incident."""
    with store.reading() as connection:
        incident = incidents.get(connection, incident_id)
        found = anomalies.of_incident(connection, incident_id)
        changed = nearby(connection, incident.since, found)
        past = anomalies.between(connection, incident.since - _PAST, incident.since)
        judged = {
            one.id: one.feedback for one in incidents.touching(connection, incident.since - _PAST)
        }
    query = _Query(samples or store, settings.detect, _series(samples or store), past, judged)
    worst = sorted(found, key=lambda one: (-excess(one.found), one.id))[:EXPLAINED]
    return Explanation(
        incident,
        tuple(roots(found)),
        of_incident(found),
        changed,
        tuple(query.explained(one) for one in sorted(worst, key=lambda one: one.found.since)),
    )


def nearby(
    connection: Connection, since: int, found: Sequence[StoredAnomaly]
) -> tuple[Nearby, ...]:
    """Changes where the anomalies were, from a day before `since` to an hour after, the nearest first."""
    changed = inventory.changes(connection, since - _BEFORE, since + _AFTER)
    near = inventory.near(changed, (one.found.key.labels for one in found))
    nearest_first = sorted(near, key=lambda one: (abs(since - one.at), one.at))
    return tuple(Nearby(one, since - one.at) for one in nearest_first[:_CHANGES])


@dataclass(frozen=True, slots=True, eq=False)
class _Query:
    samples: SampleStore
    settings: DetectSettings
    series: dict[object, Stored]
    past: Sequence[StoredAnomaly]
    judged: dict[int, str | None]

    def explained(self, one: StoredAnomaly) -> Explained:
        stored = self.series.get(one.found.key)
        if stored is None:
            return Explained(one, None, None, (), (), "its series is no longer there")
        found = one.found
        lead = min(max(HOUR, (found.until - found.since) // 2), _MOST_LEAD)
        every = list(self.series.values())
        again = rescored(self.samples, every, stored, found, self.settings, lead)
        if not again.block.mask[0].any():
            return Explained(one, None, None, (), self.similar(one, stored), "its samples are gone")
        drawn = points(again.block, again.scores, 0, found, lead)
        scale = strongest(again.block, again.scores.expected[0], 0, found)
        channels: tuple[Contribution, ...] = ()
        if found.detector == "multivariate":
            column = int(again.block.at.searchsorted(found.peak_at, side="right")) - 1
            channels = of_channels(again.block, 0, column)
        return Explained(one, drawn, scale, channels, self.similar(one, stored), again.why)

    def similar(self, one: StoredAnomaly, stored: Stored) -> tuple[Similar, ...]:
        mine = episode(self.samples, stored, one.found, self.settings.step)
        others = [
            (each, episode(self.samples, there, each.found, self.settings.step))
            for each in candidates(self.past, one)
            if (there := self.series.get(each.found.key)) is not None
        ]
        return nearest(mine, others, self.judged, _SIMILAR)


def _series(samples: SampleStore) -> dict[object, Stored]:
    return {one.key: one for one in samples.series(Selector())}
