"""Names as Prometheus writes them, and back.

There, by OpenTelemetry's rule (specification/compatibility/prometheus_and_openmetrics.md): every character
that Prometheus does not allow becomes `_`, a counter ends in `_total`, a bucket in `_bucket`. Back: a
signal of the registry and a label of LABELS get their dotted names again; any other name stays as it is.
"""

import functools
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from reinfra.model import ORIGIN_LABEL, Kind, SeriesKey
from reinfra.signals import signals

NAME = "__name__"
LABELS = (
    "aws.neuron.error.severity",
    "aws.neuron.execution.outcome",
    "aws.neuron.latency",
    "aws.neuron.memory.kind",
    "aws.neuron.memory.location",
    "aws.neuron.reset.outcome",
    "aws.neuron.runtime.tag",
    "aws.neuron.status",
    "cloud.region",
    "cpu.mode",
    "disk.io.direction",
    "error.type",
    "gen_ai.token.type",
    "host.id",
    "host.name",
    "host.type",
    "hw.id",
    "hw.name",
    "hw.parent",
    "hw.type",
    "hw.vendor",
    "k8s.namespace.name",
    "k8s.node.name",
    "k8s.pod.name",
    "network.interface.name",
    "network.io.direction",
    "reinfra.derived_from",
    ORIGIN_LABEL,
    "reinfra.statistic",
    "service.instance.id",
    "service.name",
    "service.namespace",
    "system.device",
    "system.filesystem.mountpoint",
    "system.linux.pressure.share",
    "system.linux.resource",
)
"""Dotted labels that reinfra's collectors and OpenTelemetry's resources use."""

_UNITS = {"By": "bytes", "s": "seconds", "W": "watts", "J": "joules", "Cel": "celsius"}
_UNITS |= {"Hz": "hertz", "V": "volts", "1": "ratio"}


class Meaning(NamedTuple):
    """What a Prometheus name stands for: our metric, its unit and its kind."""

    metric: str
    unit: str
    kind: Kind


def metric_name(text: str) -> str:
    """A metric's name in Prometheus' letters; colons are allowed."""
    return _led(re.sub(r"[^A-Za-z0-9_:]", "_", text))


def label_name(text: str) -> str:
    return _led(re.sub(r"[^A-Za-z0-9_]", "_", text))


def exposed(key: SeriesKey) -> dict[str, str]:
    """The labels under which Prometheus keeps a series, `__name__` among them, sorted.

    Where two labels become one, their values are joined by `;`, as OpenTelemetry has it.
    """
    suffix = {Kind.COUNTER: "_total", Kind.HISTOGRAM: "_bucket"}.get(key.kind, "")
    name = metric_name(key.metric)
    if _is_part(
        key.metric
    ):  # a histogram's sum and count are counters without a suffix of their own
        suffix = ""
    made = {NAME: name if name.endswith(suffix) else name + suffix}
    for label, value in key.labels:
        clean = label_name(label)
        made[clean] = f"{made[clean]};{value}" if clean in made else value
    return dict(sorted(made.items()))


def asked(metric: str) -> list[str]:
    """The Prometheus names under which a metric may be kept."""
    known = [name for name, one in _meanings().items() if one.metric == metric]
    return known or [metric_name(metric)]


def restored(
    given: Mapping[str, str], types: Mapping[str, str], labels: Iterable[str] = LABELS
) -> SeriesKey:
    """The key of a series that Prometheus keeps under these labels; `types` are its metadata's."""
    dotted = {label_name(name): name for name in labels}
    name = given.get(NAME, "")
    known = _meanings().get(name)
    own = {dotted.get(label, label): value for label, value in given.items() if label != NAME}
    kind = _kind(name, given, types) or (known.kind if known else Kind.GAUGE)
    return SeriesKey.of(known.metric if known else name, own, kind, known.unit if known else "1")


def _kind(name: str, labels: Mapping[str, str], types: Mapping[str, str]) -> Kind | None:
    """By the server's metadata, else by the suffixes that OpenMetrics reserves; None: they do not say."""
    base = re.sub(r"_(bucket|sum|count|total)$", "", name)
    type_ = types.get(name) or types.get(base, "")
    if name.endswith("_bucket") and "le" in labels:
        return Kind.HISTOGRAM
    if type_ == "counter" or name.endswith("_total"):
        return Kind.COUNTER
    if type_ in {"histogram", "summary"} and name != base:
        return Kind.COUNTER
    return None


@functools.cache
def _meanings() -> dict[str, Meaning]:
    """What every Prometheus name of every registered signal means."""
    made: dict[str, Meaning] = {}
    for signal in signals().values():
        base = metric_name(signal.name)
        unit = _UNITS.get(signal.unit)
        for stem in (base, f"{base}_{unit}") if unit else (base,):
            for end in ("", "_total", "_bucket"):
                made.setdefault(stem + end, Meaning(signal.name, signal.unit, signal.kind))
            for end in ("sum", "count"):
                part_unit = signal.unit if end == "sum" else "1"
                part = Meaning(f"{signal.name}.{end}", part_unit, Kind.COUNTER)
                made.setdefault(f"{stem}_{end}", part)
    return made


def _is_part(metric: str) -> bool:
    return metric.endswith((".sum", ".count"))


def _led(name: str) -> str:
    return f"_{name}" if name[:1].isdigit() else name
