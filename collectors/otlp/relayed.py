"""Metrics of an exporter that a collector scraped and handed on: called here what they are called when scraped."""

from collections.abc import Mapping
from dataclasses import dataclass

from collectors.exposition import Family, Type
from collectors.otlp.quantity import quantity
from collectors.scrape.dialects import spoken
from collectors.scrape.meaning import Identity, Meanings
from collectors.scrape.naming import Names
from reinfra.model import ORIGIN_LABEL, Fact, Kind, Origin

_OF_SERVICE = ("service.name", "service.instance.id")
_ORIGINS = frozenset(origin.value for origin in Origin)
_TYPES = {Kind.GAUGE: Type.GAUGE, Kind.COUNTER: Type.COUNTER, Kind.PERIOD_COUNT: Type.COUNTER}


@dataclass(frozen=True, slots=True)
class Relayed:
    """A metric of an exporter's dialect: its name, kind and unit here, and `fixed` labels of that name."""

    metric: str
    kind: Kind
    unit: str
    factor: float
    fixed: tuple[tuple[str, str], ...]
    dcgm: bool
    meanings: Meanings

    def labels(self, own: Mapping[str, str]) -> tuple[dict[str, str], tuple[Fact, ...]]:
        """The labels of a point with these attributes, and what of them is a fact about the device."""
        labels, facts, _ = self.meanings.labelled(tuple(own.items()))
        return {**labels, **dict(self.fixed)}, facts


def relayed(
    metric: str, unit: str, kind: Kind, resource: Mapping[str, str], *, spread: bool
) -> Relayed | None:
    """None for what is in no exporter's dialect. `spread` says that it is a distribution.

    A counter may have lost its `_total` on the way. A unit that comes with the metric wins over the table's.
    """
    dialects = spoken([metric])
    if not dialects:
        return None
    whole = Type.HISTOGRAM if spread else _TYPES.get(kind, Type.GAUGE)
    names = (metric, f"{metric}_total") if whole is Type.COUNTER else (metric,)
    found = [Names(dialects).of(name, Family(name, whole)) for name in names]
    naming = next((one for one, name in zip(found, names, strict=True) if one.metric != name), None)
    meanings = Meanings(_identity(resource), dialects)
    dcgm = "dcgm" in dialects
    if naming is None:
        return Relayed(metric, kind, *quantity(metric, unit), (), dcgm, meanings)
    kept, factor = quantity(naming.metric, unit) if unit else (naming.unit, naming.factor)
    kind = kind if spread or kind is Kind.PERIOD_COUNT else naming.kind
    return Relayed(naming.metric, kind, kept, factor, naming.labels, dcgm, meanings)


def _identity(resource: Mapping[str, str]) -> Identity:
    """A device is named by itself and its host; what its exporter is called is no part of that."""
    said = resource.get(ORIGIN_LABEL, "")
    origin = Origin(said) if said in _ORIGINS else Origin.LIVE
    rest = {name: text for name, text in resource.items() if name not in _OF_SERVICE}
    service, instance = (resource.get(name, "") for name in _OF_SERVICE)
    return Identity(service, instance, resource.get("host.name", ""), rest, origin)
