"""Why nothing was told of one series at one time: what is stored, and its scores reckoned once more."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detectors.choice import daily, explained
from detectors.flagging import Flagging
from detectors.siblings import group
from reinfra.batch.acquire import Window
from reinfra.batch.chosen import ON_SAMPLES, Chosen
from reinfra.batch.evaluate import Assessment, assess
from reinfra.batch.items import Item, items
from reinfra.batch.steps import measured
from reinfra.config import DetectSettings
from reinfra.model import DAY, SECOND, InputError, SeriesBlock, iso
from reinfra.signals.wording import amount, duration, quantity
from reinfra.store import Rule, SampleStore, Selector, Store, Stored, anomalies, runs
from reinfra.store.anomalies import StoredAnomaly

_MOST = 5
_SIBLINGS = 64
_KIND = "detect"


@dataclass(frozen=True, slots=True)
class Asked:
    """One series at one instant. `found` are the anomalies there, `said` what is known, a line each."""

    series: str
    at: int
    found: tuple[StoredAnomaly, ...]
    said: tuple[str, ...]

    @property
    def incidents(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(one.incident_id for one in self.found if one.incident_id))


def asked(
    store: Store, samples: SampleStore, selector: Selector, at: int, settings: DetectSettings
) -> list[Asked]:
    """For each series that the selector means. Raises InputError for none, or too many."""
    everything = samples.series(Selector())
    meant = [one for one in everything if selector.matches(one.key)]
    if not meant:
        todo = "See `reinfra inventory`, and whether its source runs in `reinfra doctor`."
        raise InputError("no such series was ever collected", where="SERIES", todo=todo)
    if len(meant) > _MOST:
        what = f"{len(meant)} series are meant"
        raise InputError(what, where="SERIES", todo=f"Name labels until at most {_MOST} are left.")
    return [_asked(store, samples, everything, one, at, settings) for one in meant]


def opening(found: Iterable[StoredAnomaly], settings: DetectSettings) -> Iterator[str]:
    """What opens and clears an anomaly of each signal among them, by the settings as they are now."""
    for metric in dict.fromkeys(one.found.key.metric for one in found):
        terms = Flagging.of(metric, round(settings.quiet * SECOND), settings.override)
        yield (
            f"{metric}: {terms.open_points} of {terms.open_window} points strange for "
            f"{duration(terms.sustain)}, over after {duration(terms.recovery)} without"
        )


def _asked(
    store: Store,
    samples: SampleStore,
    everything: Sequence[Stored],
    one: Stored,
    at: int,
    settings: DetectSettings,
) -> Asked:
    with store.reading() as connection:
        near = anomalies.between(connection, at, at + 1)
        done = runs.completed_until(connection, _KIND, store.clock())
    found = tuple(each for each in near if str(each.found.key) == str(one.key))
    lines = [*_sampled(samples, one, at), *_searched(done, at)]
    lines += [line for each in found for line in _known(each)]
    lines += _detectors(one, settings)
    for item in _items(samples, everything, one, at, settings):
        lines += _scored(samples, item, one, at, settings)
    return Asked(str(one.key), at, found, tuple(lines))


def _known(one: StoredAnomaly) -> Iterator[str]:
    found = one.found
    where = f"in INC-{one.incident_id}" if one.incident_id else "in no incident yet"
    yield (
        f"found by {found.detector}, {where}: score {quantity(found.score, '1')} over threshold "
        f"{quantity(found.threshold, '1')}: {found.reason}"
    )


def _sampled(samples: SampleStore, one: Stored, at: int) -> Iterator[str]:
    """The sample before that instant, or that there is a gap."""
    if at < one.first_at:
        yield f"gap: its first sample is of {iso(one.first_at)}"
        return
    read = samples.samples([one], at - DAY, at + DAY)
    times, values = read.at[0], read.value[0]
    before = np.flatnonzero(times <= at)
    if not before.size:
        yield f"gap: no sample in the day before; the last one is of {iso(one.last_at)}"
        return
    last = int(before[-1])
    age = at - int(times[last])
    usual = float(np.median(np.diff(times))) if times.size > 1 else float("nan")
    value = amount(one.key, float(values[last])) if np.isfinite(values[last]) else "no number"
    yield f"sample {value} at {iso(int(times[last]))}, {duration(age)} before"
    if age > 2 * usual:
        yield f"gap: a sample usually comes every {duration(round(usual))}"


def _searched(done: int | None, at: int) -> Iterator[str]:
    if done is None:
        yield "not searched: no run over everything has ended yet"
    elif at >= done:
        yield f"not searched yet: the last complete run stopped at {iso(done)}"


def _detectors(one: Stored, settings: DetectSettings) -> Iterator[str]:
    if settings.detectors:
        yield f"watched by {', '.join(settings.detectors)}, as detect.detectors says"
        return
    chosen = explained(one.key, settings.override)
    if not chosen:
        yield "not watched: detect.override names no detector for it"
    for name, why in chosen:
        yield f"watched by {name}: {why}"
    for name in daily(one.key, settings.override):
        yield f"watched once a day by {name}"


def _items(
    samples: SampleStore,
    everything: Sequence[Stored],
    one: Stored,
    at: int,
    settings: DetectSettings,
) -> Iterator[Item]:
    """Each detector's part of a run that ended then, with the siblings it compares with."""
    family = group(one.key)
    like = [each for each in everything if family is not None and group(each.key) == family]
    together = [one, *(each for each in like if each.id != one.id)][:_SIBLINGS]
    window = Window(at - round(settings.history * DAY), at, at + 1)
    chosen = Chosen.of(together, settings, settings.detectors)
    every = {name: series for name, series in chosen.every.items() if name not in ON_SAMPLES}
    steps = measured(samples, together, at + 1, round(settings.step * SECOND))
    for item in items(replace(chosen, every=every, daily={}), everything, window, steps):
        if one in item.series:
            yield item


def _scored(
    samples: SampleStore, item: Item, one: Stored, at: int, settings: DetectSettings
) -> Iterator[str]:
    """What the detector makes of the cell that holds the instant, by what is stored now."""
    step = item.step
    rows = list(item.series)
    first = max(min(each.first_at for each in rows), at - round(settings.history * DAY))
    if first > at:
        return
    block = samples.read(
        [*rows, *item.context], first // step * step, at // step * step + step, step, Rule.MEAN
    )
    if not block.at.size:
        return
    row, column = rows.index(one), int(block.at.size - 1)
    found = assess(block, item.detector, settings)
    score, threshold = (
        float(each[row, column]) for each in (found.scores.values, found.thresholds)
    )
    if not block.mask[row, column]:
        yield f"{item.detector}: no sample in the {duration(step)} from {iso(int(block.at[column]))}"
    elif not np.isfinite(score) or not np.isfinite(threshold):
        yield _warming(item, block, found, row)
    elif score <= threshold:
        yield (
            f"{item.detector}: score {quantity(score, '1')} is {quantity(threshold - score, '1')} "
            f"below its threshold {quantity(threshold, '1')}, as reckoned now"
        )
    else:
        yield from _over(item, block, found, row, settings, (score, threshold))


def _warming(item: Item, block: SeriesBlock, found: Assessment, row: int) -> str:
    there = block.at[block.mask[row]]
    judged = np.flatnonzero(found.judged[row])
    since = f"; it was last judged at {iso(int(block.at[judged[-1]]))}" if judged.size else ""
    span = duration(int(there[-1] - there[0])) if there.size else "nothing"
    return f"{item.detector}: warming up, not judged: it has {there.size} points over {span}{since}"


def _over(
    item: Item,
    block: SeriesBlock,
    found: Assessment,
    row: int,
    settings: DetectSettings,
    height: tuple[float, float],
) -> Iterator[str]:
    """Over the threshold and no anomaly: what else must hold does not, or it came in later."""
    score, threshold = (quantity(each, "1") for each in height)
    yield f"{item.detector}: score {score} is over its threshold {threshold}, as reckoned now"
    recovery = round(settings.quiet * SECOND)
    terms = Flagging.of(block.keys[row].metric, recovery, settings.override)
    value, expected = block.values[row], found.scores.expected[row]
    above: NDArray[np.bool_] = found.scores.values[row] > found.thresholds[row]
    counts = above & terms.counts(value, expected)
    if not counts[-1]:
        yield (
            f"  it does not count: worse is {terms.worse}, by at least {terms.minimum_absolute:g} and "
            f"{100 * terms.minimum_relative:g} % of what was expected"
        )
        return
    runs_ = terms.runs(block.at, counts, found.judged[row])
    if not runs_ or int(runs_[-1][-1]) != block.at.size - 1:
        yield (
            f"  it did not last: {terms.open_points} of {terms.open_window} points must be strange, "
            f"for {duration(terms.sustain)} at least"
        )
    else:
        yield f"  it makes an anomaly; since {iso(int(block.at[runs_[-1][0]]))}"
