"""The simulator as a collector: one batch per host and per service."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from collectors.base import CollectorError
from collectors.simulator.faults import Fault, FaultKind, Planted, plan
from collectors.simulator.fleet import HOSTS_PER_SERVICE, Host, fleet
from collectors.simulator.gpu import gpu_rows
from collectors.simulator.load import load
from collectors.simulator.neuron import host_rows, neuron_rows
from collectors.simulator.rows import to_batch
from collectors.simulator.serving import serving_rows
from reinfra.model import MINUTE, SECOND, Batch, Origin

_PLAN, _LOAD, _HOST, _SERVICE = range(4)
"""Independent streams of random numbers, so that one host's draws never move another's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulator:
    """Samples at `since`, `since + step`, ... before `until` (ms UTC). One seed, one fleet, always.

    Every eight hosts serve one service, in turn on GPUs and on Neuron devices.
    """

    since: int
    until: int
    hosts: int = 64
    seed: int = 0
    step: int = MINUTE
    planted: bool = True
    origin: Origin = field(default=Origin.SIMULATED, init=False)
    name: str = field(default="simulator", init=False)

    def __post_init__(self) -> None:
        if self.hosts < 1 or self.step < 1 or self.until <= self.since:
            why = f"hosts {self.hosts}, step {self.step} ms, {self.since} to {self.until}"
            raise CollectorError("nothing to simulate", where="simulator", why=why)

    @property
    def services(self) -> int:
        return -(-self.hosts // HOSTS_PER_SERVICE)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is planted, with the series it shows in."""
        at = self._at
        return tuple(
            Fault(one.kind, one.series(), int(at[one.first]), int(at[one.last]))
            for one in self._plan()
        )

    def collect(self) -> Iterator[Batch]:
        at = self._at
        plan = self._plan()
        by_host = {one.host: one for one in plan if one.host is not None}
        by_service = {one.service: one for one in plan if one.host is None}
        hosts = list(fleet(self.hosts))
        for service in range(self.services):
            busy = load(at, self.step, self._rng(_LOAD, service))
            rng = self._rng(_SERVICE, service)
            seconds = self.step / SECOND
            yield to_batch(serving_rows(service, busy, seconds, by_service.get(service), rng), at)
            for host in hosts:
                if host.service == service:
                    yield self._host(host, at, busy, by_host.get(host))

    def _host(
        self, host: Host, at: NDArray[np.int64], busy: NDArray[np.float64], fault: Planted | None
    ) -> Batch:
        rng = self._rng(_HOST, host.index)
        restart = int(rng.integers(1, 4 * at.size))  # one host in four restarts within the span
        own = to_batch(host_rows(host, busy, fault, rng), at)
        gpus = gpu_rows(host, busy, restart, fault, rng) if host.has_gpus else []
        missing = fault is not None and fault.kind is FaultKind.MISSING_DEVICE
        gone = fault.steps if fault is not None and missing else slice(0, 0)
        return Batch.concat([own, to_batch(gpus or neuron_rows(host, busy, rng), at, gone)])

    @property
    def _at(self) -> NDArray[np.int64]:
        return np.arange(self.since, self.until, self.step, dtype=np.int64)

    def _plan(self) -> list[Planted]:
        return plan(self.hosts, self._at.size, self._rng(_PLAN, 0)) if self.planted else []

    def _rng(self, stream: int, number: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, stream, number])
