"""Earlier episodes that looked like this one, and what people said of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reinfra.batch.steps import measured
from reinfra.explain.shape import Episode, alike, distance, edge_of, shape
from reinfra.model import DAY, SECOND, Anomaly
from reinfra.store import Rule, SampleStore, Stored
from reinfra.store.anomalies import StoredAnomaly

LOOKED_AT = 200
"""So many of the latest episodes of like signals are compared."""

_LOOK_BACK = 4  # of an episode's length, for what was usual before


@dataclass(frozen=True, slots=True)
class Similar:
    """`distance` as `shape.distance` has it; `feedback` is what was said of its incident (None: nothing)."""

    anomaly: int
    incident: int | None
    feedback: str | None
    since: int
    until: int
    series: str
    detector: str
    distance: float
    reason: str


def candidates(past: Sequence[StoredAnomaly], one: StoredAnomaly) -> list[StoredAnomaly]:
    """The latest of those that ended before it began and whose signal is like its."""
    wanted = [
        each
        for each in past
        if each.id != one.id
        and each.found.until < one.found.since
        and (one.incident_id is None or each.incident_id != one.incident_id)
        and alike(each.found.key.metric, one.found.key.metric)
    ]
    return sorted(wanted, key=lambda each: (each.found.since, each.id))[-LOOKED_AT:]


def nearest(
    one: Episode,
    others: Sequence[tuple[StoredAnomaly, Episode]],
    feedback: dict[int, str | None],
    most: int,
) -> tuple[Similar, ...]:
    """The `most` nearest; what has nothing in common is not among them."""
    apart = sorted(
        ((distance(one, episode), each) for each, episode in others),
        key=lambda pair: (pair[0], -pair[1].found.since, pair[1].id),
    )
    return tuple(
        Similar(
            each.id,
            each.incident_id,
            feedback.get(each.incident_id) if each.incident_id is not None else None,
            each.found.since,
            each.found.until,
            str(each.found.key),
            each.found.detector,
            far,
            each.found.reason,
        )
        for far, each in apart[:most]
        if np.isfinite(far)
    )


def episode(samples: SampleStore, stored: Stored, found: Anomaly, step: float) -> Episode:
    """Read it from the store: the series as the batch reads it, around the anomaly. `step` in s is the default."""
    cell = measured(samples, [stored], found.until, round(step * SECOND)).of(stored)
    span = found.since, max(found.until, found.since + cell)
    lead = min(_LOOK_BACK * (span[1] - span[0]), DAY)
    edge = edge_of(span)
    block = samples.read(
        [stored], span[0] - max(lead, edge), span[1] + edge + cell, cell, Rule.MEAN
    )
    usual = (found.expected_low + found.expected_high) / 2
    values = block.values[0]
    drawn = shape(block.at, values, span, usual)
    return Episode(found.key.metric, drawn, span[1] - span[0])
