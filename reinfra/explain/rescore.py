"""The scores of one anomaly's series again, as the run had them, with whatever it was held against."""

from collections.abc import Sequence
from dataclasses import dataclass

from detectors.base import Detector, Scores
from detectors.choice import context, daily, looks_back
from detectors.multivariate import hosts
from detectors.registry import detector
from detectors.siblings import group
from reinfra.batch.chosen import ON_SAMPLES
from reinfra.batch.items import made
from reinfra.batch.partners import Partners
from reinfra.batch.steps import measured
from reinfra.config import DetectSettings
from reinfra.model import DAY, SECOND, Anomaly, InputError, SeriesBlock
from reinfra.store import Rule, SampleStore, Stored

_MOST_BESIDE = 256


@dataclass(frozen=True, slots=True, eq=False)
class Rescored:
    """Row 0 is the anomaly's series. Without scores (NaN) `why` says what there is instead."""

    block: SeriesBlock
    scores: Scores
    why: str = ""


def rescored(
    samples: SampleStore,
    every: Sequence[Stored],
    stored: Stored,
    found: Anomaly,
    settings: DetectSettings,
    lead: int,
) -> Rescored:
    """Read the series' history up to `lead` ms after the anomaly, and score it with the present settings."""
    step = measured(samples, [stored], found.until, round(settings.step * SECOND)).of(stored)
    chosen = _detector(found.detector, settings)
    history = round(settings.history * DAY)
    beside: list[Stored] = []
    if chosen is not None:
        if found.detector in daily(stored.key, settings.override):
            slow = looks_back(found.detector)
            step, history = max(step, slow.step), slow.history
        beside = _beside(every, stored, chosen)[:_MOST_BESIDE]
    begin = max(found.since - history, stored.first_at - step) // step * step
    until = found.until + lead + step
    block = samples.read([stored, *beside], begin, until, step, Rule.MEAN)
    if chosen is None:
        why = f"{found.detector} judges samples by rules: it has no score for each of them"
        return Rescored(block, Scores.unscored(block.values.shape), why)
    return Rescored(block, chosen.score(block))


def _detector(name: str, settings: DetectSettings) -> Detector | None:
    """None for rules on samples, and for a detector that this version does not know."""
    if name in ON_SAMPLES:
        return None
    try:
        detector(name)
    except InputError:
        return None
    return made(name, settings)


def _beside(every: Sequence[Stored], stored: Stored, chosen: Detector) -> list[Stored]:
    """What it is held against: loads, trials and limits; siblings; or all of its host."""
    others = [one for one in every if one.id != stored.id]
    wanted = context(chosen.name, stored.key.metric)
    found = Partners.of(chosen.name, wanted, others).of_any([stored])
    if chosen.alone or found:
        own = {one.id for one in found}
        return found + _siblings([one for one in others if one.id not in own], stored, chosen)
    return _siblings(others, stored, chosen)


def _siblings(others: Sequence[Stored], stored: Stored, chosen: Detector) -> list[Stored]:
    if chosen.alone:
        return []
    if chosen.name == "multivariate":
        rows = hosts((stored.key, *(one.key for one in others)), 1)
        mine = next(one for one in rows if 0 in one)
        return [others[row - 1] for row in mine.tolist() if row]
    family = group(stored.key)
    return [one for one in others if family is not None and group(one.key) == family]
