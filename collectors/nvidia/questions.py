"""What the registry's `nvml` names ask NVML for.

`nvmlDeviceGetClockInfo(NVML_CLOCK_SM)` is a call, `.used`, `[0]` and `&bit` the part of its answer that
counts, `NVML_FI_…` a field value, `NVML_GPM_METRIC_…` a metric between two samples. The word `link` among
the arguments stands for the number of an NVLink. A list without a part counts its rows, a list with one
adds it up.
"""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any

from collectors.nvidia.binding import Nvml
from reinfra.signals import by_source

Series = tuple[str, tuple[tuple[str, str], ...]]
"""A signal, and the labels that tell its series of one device apart."""

Ways = Mapping[Series, tuple["Question", ...]]
"""For each series the ways to its number, best first."""

_NAME = re.compile(r"(\w+)(?:\(([^)]*)\))?(?:\.(\w+)|\[(\d+)\]|&(\w+))?")
_NO_QUESTION = "nvmlEvent"
LINK = "link"


@dataclass(frozen=True, slots=True)
class Question:
    """One way to the number of one series. `factor` brings the answer into the signal's base unit."""

    function: str
    arguments: tuple[str, ...]
    part: str
    factor: float

    @property
    def is_field(self) -> bool:
        return self.function.startswith("NVML_FI_")

    @property
    def is_metric(self) -> bool:
        return self.function.startswith("NVML_GPM_METRIC_")

    @property
    def per_link(self) -> bool:
        return LINK in self.arguments

    def take(self, nvml: Nvml) -> Callable[[Any], float | None]:
        """From the answer to the number; None where the answer says that it is not available."""
        if self.part.startswith("&"):
            bits = self.part[1:]
            mask = int(bits) if bits.isdecimal() else getattr(nvml, bits)
            return lambda answer: float(bool(answer & mask))
        if self.part.startswith("["):
            return itemgetter(int(self.part[1:-1]))
        if self.part:
            return functools.partial(_attribute, attrgetter(self.part))
        return _whole


@functools.cache
def questions() -> Ways:
    """Every series of a GPU."""
    found: dict[Series, list[Question]] = {}
    for name, mapped in by_source("nvml").items():
        if not name.startswith(_NO_QUESTION):
            series = (mapped.signal.name, mapped.labels)
            found.setdefault(series, []).append(_question(name, mapped.factor))
    return {series: tuple(ways) for series, ways in found.items()}


def metric_names(ways: Ways) -> list[str]:
    """The GPM metrics among them."""
    return [way.function for each in ways.values() for way in each if way.is_metric]


def _question(name: str, factor: float) -> Question:
    matched = _NAME.fullmatch(name)
    if matched is None:
        raise ValueError(f"not a name of NVML: {name!r}")
    function, arguments, field, index, bits = matched.groups()
    words = tuple(word.strip() for word in arguments.split(",")) if arguments else ()
    part = field or (f"[{index}]" if index else "") or (f"&{bits}" if bits else "")
    return Question(function, words, part, factor)


def _attribute(get: Callable[[Any], Any], answer: object) -> float | None:
    if not isinstance(answer, list):
        value: float | None = get(answer)
        return value
    rows = [get(row) for row in answer]
    return None if None in rows else float(sum(rows))


def _whole(answer: object) -> Any:  # noqa: ANN401  (a number, of whatever C type)
    return len(answer) if isinstance(answer, list) else answer
