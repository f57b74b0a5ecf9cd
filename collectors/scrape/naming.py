"""From a sample's name to a signal: what it is called here, which kind of number it is, in which unit.

What no row of the signal tables names keeps its own name. Its kind follows from the page's TYPE, its unit
from OpenMetrics' UNIT; neither is guessed from the name.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from collectors.exposition import Family, Type
from reinfra.model import Kind
from reinfra.signals import Mapped, by_source

UNKNOWN_UNIT = "{unknown}"

WORST_OVER = {"aws.neuron.core.utilization": "aws.neuron.runtime.tag"}
"""Of these signals the largest value over a label is meant: each Neuron runtime lists every core."""

_UNITS = {
    "seconds": "s",
    "bytes": "By",
    "ratio": "1",
    "joules": "J",
    "watts": "W",
    "celsius": "Cel",
    "hertz": "Hz",
    "volts": "V",
    "amperes": "A",
    "meters": "m",
    "grams": "g",
}
"""OpenMetrics 1.0, "Units and Base Units", as UCUM writes them."""

_KINDS = {Type.COUNTER: Kind.COUNTER}
_TOTALS = (Kind.COUNTER, Kind.PERIOD_COUNT)
_DISTRIBUTIONS = (Kind.GAUGE, Kind.HISTOGRAM)
_PARTS = {"_sum": ".sum", "_gsum": ".sum", "_count": ".count", "_gcount": ".count"}


@dataclass(frozen=True, slots=True)
class Naming:
    """`bound` is the label that holds a bucket's bound, times `bound_factor`, or a quantile."""

    metric: str
    kind: Kind
    unit: str
    factor: float = 1.0
    labels: tuple[tuple[str, str], ...] = ()
    bound: str = ""
    bound_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Names:
    """The names of these dialects, as the signal tables have them."""

    dialects: tuple[str, ...]

    def of(self, name: str, family: Family) -> Naming:
        if family.type in (Type.HISTOGRAM, Type.GAUGE_HISTOGRAM, Type.SUMMARY):
            return self._distribution(name, family)
        mapped = self._mapped((name, name.removesuffix("_total")))
        if mapped is not None and (kind := _agreed(mapped.signal.kind, family.type)):
            return Naming(
                mapped.signal.name, kind, mapped.signal.unit, mapped.factor, mapped.labels
            )
        unit = "s" if _is_created(name, family) else _unit(family)
        kind = Kind.GAUGE if _is_created(name, family) else _KINDS.get(family.type, Kind.GAUGE)
        return Naming(name, kind, unit)

    def _distribution(self, name: str, family: Family) -> Naming:
        """A histogram's buckets, a summary's quantiles, and the sum and count of either."""
        suffix = name.removeprefix(family.name)
        if suffix == "_created":
            return Naming(name, Kind.GAUGE, "s")
        mapped = self._mapped((family.name,))
        if mapped is not None and mapped.signal.kind not in _DISTRIBUTIONS:
            mapped = None
        metric = mapped.signal.name if mapped else family.name
        unit = mapped.signal.unit if mapped else _unit(family)
        factor = mapped.factor if mapped else 1.0
        labels = mapped.labels if mapped else ()
        rising = family.type is not Type.GAUGE_HISTOGRAM
        if suffix == "_bucket":
            kind = Kind.HISTOGRAM if rising else Kind.GAUGE
            return Naming(metric, kind, "1", 1.0, labels, "le", factor)
        if suffix in _PARTS:
            kind = Kind.COUNTER if rising else Kind.GAUGE
            part = _PARTS[suffix]
            whole = part == ".count"
            return Naming(
                metric + part, kind, "1" if whole else unit, 1.0 if whole else factor, labels
            )
        bound = "quantile" if family.type is Type.SUMMARY else ""
        return Naming(metric, Kind.GAUGE, unit, factor, labels, bound)

    def _mapped(self, names: Iterable[str]) -> Mapped | None:
        tables = [by_source(dialect) for dialect in self.dialects]
        return next((table[name] for name in names for table in tables if name in table), None)


def _agreed(signal: Kind, page: Type) -> Kind | None:
    """The kind of the series; None where page and signal contradict each other, and no name is shared.

    A total of what the signal counts by period is a total all the same.
    """
    if page is Type.COUNTER:
        return Kind.COUNTER if signal in _TOTALS else None
    return None if signal in (Kind.PERIOD_COUNT, Kind.HISTOGRAM) else signal


def _is_created(name: str, family: Family) -> bool:
    return family.type is Type.COUNTER and name == family.name + "_created"


def _unit(family: Family) -> str:
    if not family.unit:
        return UNKNOWN_UNIT
    return _UNITS.get(family.unit, f"{{{family.unit[:40]}}}")
