"""One OpenMetrics family while its lines come in: what may stand where, and what its values must keep."""

from dataclasses import dataclass, field, replace

import numpy as np

from collectors.exposition.groups import Bucket, Group
from collectors.exposition.malformed import shown
from collectors.exposition.model import UNTIMED, Family, Labels, Point, Type
from collectors.exposition.numbers import number
from collectors.exposition.rows import Memory
from collectors.exposition.rules import Rules

_SUFFIXES = {
    Type.COUNTER: ("_total", "_created"),
    Type.HISTOGRAM: ("_bucket", "_count", "_sum", "_created"),
    Type.GAUGE_HISTOGRAM: ("_bucket", "_gcount", "_gsum"),
    Type.SUMMARY: ("", "_count", "_sum", "_created"),
    Type.INFO: ("_info",),
    Type.STATE_SET: ("",),
    Type.GAUGE: ("",),
    Type.UNKNOWN: ("",),
}
_TOTALS = frozenset({"_total", "_sum", "_count", "_bucket", "_gcount", "_gsum"})
_WHOLE = frozenset({"_count", "_bucket", "_gcount"})
_EXEMPLARS = {
    (Type.COUNTER, "_total"),
    (Type.HISTOGRAM, "_bucket"),
    (Type.GAUGE_HISTOGRAM, "_bucket"),
}
_TYPES = {kind.value: kind for kind in Type}
_BUCKETED = (Type.HISTOGRAM, Type.GAUGE_HISTOGRAM)


@dataclass(slots=True)
class Limits:
    """Rows of the page by what their values must keep (see `Rules`)."""

    no_nan: list[int] = field(default_factory=list)
    no_negative: list[int] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    binary: list[int] = field(default_factory=list)
    one: list[int] = field(default_factory=list)
    rising: list[tuple[int, int]] = field(default_factory=list)
    equal: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class OpenFamily:
    """The family that lines are read for at the moment."""

    family: Family
    limits: Limits = field(default_factory=Limits)
    said: set[str] = field(default_factory=set)
    _sealed: Family | None = None
    _group: Group | None = None
    _seen: set[Labels] = field(default_factory=set)

    def describe(self, what: str, text: str) -> None:
        """A HELP, TYPE or UNIT line."""
        name = self.family.name
        if self._sealed is not None:
            raise ValueError(f"{what} of {shown(name)} after its samples")
        if what in self.said:
            raise ValueError(f"a second {what} of {shown(name)}")
        self.said.add(what)
        if what == "TYPE":
            if text not in _TYPES:
                raise ValueError(f"{shown(text)} is no metric type")
            self.family = replace(self.family, type=_TYPES[text])
        elif what == "UNIT" and text:
            if not name.endswith("_" + text):
                raise ValueError(f"the unit {shown(text)} is no suffix of {shown(name)}")
            self.family = replace(self.family, unit=text)
        if self.family.unit and self.family.type in (Type.INFO, Type.STATE_SET):
            raise ValueError(f"{self.family.type} has no unit")

    def names(self) -> list[str]:
        """What its samples are called."""
        return [self.family.name + suffix for suffix in _SUFFIXES[self.family.type]]

    def owns(self, name: str) -> bool:
        own = self.family.name
        return name.startswith(own) and name[len(own) :] in _SUFFIXES[self.family.type]

    def sealed(self, memory: Memory) -> Family:
        """The family as it is from its first sample on."""
        if self._sealed is None:
            self._sealed = memory.family(self.family)
        return self._sealed

    def require_exemplars(self, name: str) -> None:
        if (self.family.type, name[len(self.family.name) :]) not in _EXEMPLARS:
            raise ValueError(f"no exemplar may stand at {shown(name)}")

    def add(self, row: int, point: Point, at: int) -> None:
        suffix = point.name[len(self.family.name) :]
        self._enter(self._group_of(point, suffix), at)
        self._limit(row, suffix)
        if self._group is not None and self.family.type in _BUCKETED:
            self._histogram(self._group, row, point, suffix)

    def close(self) -> None:
        """Nothing more comes for this family."""
        if self._group is not None:
            self._group.close(self.limits)

    def _histogram(self, group: Group, row: int, point: Point, suffix: str) -> None:
        if suffix == "_bucket":
            group.bucket(self.limits, Bucket(row, _bound(point, "le")))
        elif suffix in ("_gsum", "_sum"):
            group.sum = row
        elif suffix in ("_count", "_gcount"):
            group.count = row

    def _enter(self, labels: Labels, at: int) -> None:
        """One group's lines follow each other, its times do not go back."""
        group = self._group
        if group is not None and labels == group.labels:
            if (at == UNTIMED) != (group.at == UNTIMED):
                raise ValueError("some samples of a group have a time and some have none")
            if at < group.at and self.family.type is not Type.INFO:
                raise ValueError("a time before that of the sample before")
            if at == group.at:
                return
        elif labels in self._seen:
            raise ValueError("samples of one group do not follow each other")
        if group is not None:
            group.close(self.limits)
        self._seen.add(labels)
        self._group = Group(labels, at, self.family.type)

    def _group_of(self, point: Point, suffix: str) -> Labels:
        """The labels that say which metric of the family a sample belongs to."""
        kind = self.family.type
        if kind is Type.INFO:
            return ()
        own = ""
        if kind is Type.SUMMARY and not suffix:
            own = "quantile"
            if not 0 <= _bound(point, own) <= 1:
                raise ValueError("a quantile is between 0 and 1")
        elif suffix == "_bucket":
            own = "le"
        elif kind is Type.STATE_SET:
            own = self.family.name
        pairs = tuple(sorted(pair for pair in point.labels if pair[0] != own))
        if own and len(pairs) == len(point.labels):
            raise ValueError(f"the label {shown(own)} is missing")
        return pairs

    def _limit(self, row: int, suffix: str) -> None:
        kind, limits = self.family.type, self.limits
        if suffix in _TOTALS and kind not in (Type.GAUGE, Type.UNKNOWN):
            limits.no_nan.append(row)
            if suffix != "_gsum":
                limits.no_negative.append(row)
            if suffix in _WHOLE:
                limits.whole.append(row)
        elif kind is Type.SUMMARY and not suffix:
            limits.no_negative.append(row)
        elif kind is Type.STATE_SET:
            limits.binary.append(row)
        elif kind is Type.INFO:
            limits.one.append(row)


def _bound(point: Point, name: str) -> float:
    """A bucket's bound or a quantile. Infinity is written in one way only."""
    text = next((value for label, value in point.labels if label == name), None)
    if text is None:
        raise ValueError(f"the label {name!r} is missing")
    try:
        bound = number(text)
    except ValueError:
        raise ValueError(f"expected a number as {name}, got {shown(text)}") from None
    if bound != bound or (bound == float("inf") and text != "+Inf"):  # noqa: PLR0124 - NaN
        raise ValueError(f"{shown(text)} is no {name}")
    return bound


@dataclass(slots=True)
class Claims:
    """The names that families of a page have taken; no two may claim the same."""

    limits: Limits = field(default_factory=Limits)
    _families: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)

    def open(self, family: Family) -> OpenFamily:
        if family.name in self._families:
            raise ValueError(f"the family {shown(family.name)} comes twice")
        self._families.add(family.name)
        return OpenFamily(family, self.limits)

    def close(self, done: OpenFamily) -> None:
        if not done.family.name:
            return
        done.close()
        names = {*done.names(), done.family.name}
        if taken := sorted(names & self._names):
            raise ValueError(f"the name {shown(taken[0])} is of two families")
        self._names |= names

    def rules(self) -> Rules:
        one = self.limits
        rows = {
            name: np.array(getattr(one, name), np.intp)
            for name in ("no_nan", "no_negative", "whole", "binary", "one")
        }
        rising = np.array(one.rising, np.intp).reshape(-1, 2)
        equal = np.array(one.equal, np.intp).reshape(-1, 2)
        return Rules(
            **rows,
            rising=(rising[:, 0], rising[:, 1]),
            equal=(equal[:, 0], equal[:, 1]),
        )
