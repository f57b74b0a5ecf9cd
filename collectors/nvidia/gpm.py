"""GPM metrics: what a GPU of Hopper or later did between two samples of its counters.

https://docs.nvidia.com/deploy/nvml-api/group__nvmlGpmFunctions.html asks for more than 100 ms between two samples.
"""

import time
from collections.abc import Callable
from typing import Any

from collectors.nvidia.binding import Nvml
from collectors.nvidia.meaning import BLANK, Silence, number, refusal
from reinfra.model import Coverage

SPACING = 0.15
"""Seconds between two samples at least; who asks sooner is told what was told before."""

Metrics = dict[str, float | Silence]
"""By the metric's name in NVML, in its own unit."""

_FIRST = Silence(Coverage.WARMING, "the first of two samples was taken")


class Sampler:
    """The samples of one device. `take` fills one: a GPU's and a MIG device's are taken differently."""

    def __init__(self, nvml: Nvml, names: list[str], take: Callable[[Any], object]) -> None:
        self._nvml, self._names, self._take = nvml, names, take
        self._older, self._newer = nvml.nvmlGpmSampleAlloc(), nvml.nvmlGpmSampleAlloc()
        self._primed = False
        self._taken_at = 0.0
        self._last: Metrics = dict.fromkeys(names, _FIRST)
        self._request = nvml.c_nvmlGpmMetricsGet_t()
        self._request.version = nvml.NVML_GPM_METRICS_GET_VERSION
        self._request.numMetrics = len(names)
        for wanted, name in zip(self._request.metrics, names, strict=False):
            wanted.metricId = getattr(nvml, name)

    def prime(self) -> None:
        """Take the first sample."""
        self._take(self._newer)
        self._primed, self._taken_at = True, time.monotonic()

    def read(self) -> Metrics:
        """The metrics since the sample before. Raises NVMLError where none can be taken."""
        if not self._primed:
            self.prime()
            return dict.fromkeys(self._names, _FIRST)
        if time.monotonic() - self._taken_at < SPACING:
            return self._last
        self._older, self._newer = self._newer, self._older
        self._primed = False  # until both are whole again
        self.prime()
        self._request.sample1, self._request.sample2 = self._older, self._newer
        self._nvml.nvmlGpmMetricsGet(self._request)
        answers = zip(self._names, self._request.metrics, strict=False)
        self._last = {name: self._value(name, answer) for name, answer in answers}
        return self._last

    def free(self) -> None:
        for sample in (self._older, self._newer):
            self._nvml.nvmlGpmSampleFree(sample)

    def _value(self, name: str, answer: Any) -> float | Silence:  # noqa: ANN401
        if answer.nvmlReturn:
            return refusal(self._nvml, self._nvml.NVMLError(answer.nvmlReturn), name)
        found = number(answer.value)
        return BLANK if found is None else found
