"""Errors that are bad at once: a fatal XID, memory that could not be corrected, an unhealthy device."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Floats
from detectors.error_rules import LAST_XID, STATES, ErrorRule, of_xid, rule_of
from reinfra.model import MINUTE, Anomaly, Batch, Kind, SeriesKey
from reinfra.signals import wording

Times = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ErrorClasses:
    """Rules on single samples: the first one is judged as the thousandth, and no history is needed.

    A counter's first sample is a total of unknown age, and so is the first of a last code: neither
    is an error now. Errors no more than `quiet` ms apart are one anomaly; its score is how many there were.
    """

    quiet: int = 30 * MINUTE
    name: str = "error-class"

    def find(self, batch: Batch) -> list[Anomaly]:
        """Of samples as they were collected, totals included. By series, then by time."""
        order = np.lexsort((batch.at, batch.series))
        bounds = np.searchsorted(batch.series[order], np.arange(len(batch.keys) + 1))
        found: list[Anomaly] = []
        for key, begin, end in zip(batch.keys, bounds[:-1], bounds[1:], strict=True):
            part = order[begin:end]
            at, value = batch.at[part], batch.value[part]
            there = np.isfinite(value)
            for rule, counts in _errors(key, value[there]):
                found += self._anomalies(key, rule, at[there], counts)
        return found

    def _anomalies(
        self, key: SeriesKey, rule: ErrorRule, at: Times, counts: Floats
    ) -> Iterator[Anomaly]:
        hits = np.flatnonzero(counts > 0)
        if not hits.size:
            return
        for points in np.split(hits, np.flatnonzero(np.diff(at[hits]) > self.quiet) + 1):
            since, until = int(at[points[0]]), int(at[points[-1]])
            many = float(counts[points].max() if rule in STATES else counts[points].sum())
            peak = int(points[np.argmax(counts[points])])
            times = "" if rule in STATES else f"{wording.number(many)} x, "
            yield Anomaly(
                key=key,
                detector=self.name,
                since=since,
                until=until,
                peak_at=int(at[peak]),
                value=float(counts[peak]),
                score=many,
                threshold=0.0,
                reason=f"{wording.signal_name(key)}: {rule.means}; {times}since {wording.clock_time(since)}",
                severity=rule.severity,
            )


def _errors(key: SeriesKey, value: Floats) -> Iterator[tuple[ErrorRule, Floats]]:
    """What counts as an error at each sample, 0 where nothing does, rule by rule."""
    if key.metric == LAST_XID:
        changed = np.diff(value, prepend=value[:1]) != 0
        for code in np.unique(value[changed & (value > 0)]).tolist():
            if (rule := of_xid(LAST_XID, f"{code:.0f}")) is not None:
                yield rule, (changed & (value == code)).astype(np.float64)
    elif (rule := rule_of(key)) is not None:
        yield rule, _counts(key, rule, value)


def _counts(key: SeriesKey, rule: ErrorRule, value: Floats) -> Floats:
    if rule.good:
        was_up = np.logical_or.accumulate(value >= rule.good)
        return np.asarray(was_up & (value < rule.good), np.float64)
    if key.kind is not Kind.COUNTER:
        return value
    risen = np.diff(value, prepend=value[:1])
    return np.where(risen < 0, value, risen)  # a total that fell began anew
