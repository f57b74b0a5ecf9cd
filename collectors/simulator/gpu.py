"""A host with eight GPUs under one load."""

import numpy as np
from numpy.typing import NDArray

from collectors.simulator.faults import GPU_SIGNALS, FaultKind, Planted
from collectors.simulator.fleet import GPUS, Host
from collectors.simulator.rows import Row, counter

Matrix = NDArray[np.float64]

GIB = 1024.0**3
ECC_PER_STEP = 1e-4
XID_DOUBLE_BIT_ERROR = 48.0
HOTTEST = 89.0


def gpu_rows(
    host: Host, load: Matrix, resets: int, planted: Planted | None, rng: np.random.Generator
) -> list[Row]:
    """All series of its GPUs. `resets` is the step at which the host restarts (beyond the end: never)."""
    signals = _healthy(load, resets, rng)
    if planted is not None and planted.kind in _PLANT:
        _PLANT[planted.kind](signals, planted, rng)
    return [
        (host.gpu_key(name, gpu), signals[name][gpu]) for name in GPU_SIGNALS for gpu in range(GPUS)
    ]


def _healthy(load: Matrix, resets: int, rng: np.random.Generator) -> dict[str, Matrix]:
    shape = (GPUS, load.size)
    noise = 0.03 * rng.standard_normal(shape)
    busy: Matrix = np.round(np.clip(load + noise, 0, 1), 2).astype(np.float64)
    cooling = rng.normal(0, 2, (GPUS, 1))
    return {
        "hw.gpu.utilization": busy,
        "hw.gpu.memory.usage": (70 + 4 * busy) * GIB,
        "hw.power": 100 + 550 * busy + 8 * rng.standard_normal(shape),
        "hw.temperature": np.round(32 + cooling + 33 * load + 0.7 * rng.standard_normal(shape)),
        "hw.gpu.clock.sm": (1980 - 15 * np.round(4 * busy)) * 1e6,
        "hw.gpu.ecc.errors": counter(ECC_PER_STEP, shape, np.full(GPUS, resets), rng),
        "hw.gpu.xid": np.zeros(shape),
    }


def _straggler(signals: dict[str, Matrix], fault: Planted, _: np.random.Generator) -> None:
    signals["hw.gpu.clock.sm"][fault.gpu, fault.steps] *= 0.6
    signals["hw.power"][fault.gpu, fault.steps] *= 0.65


def _throttle(signals: dict[str, Matrix], fault: Planted, _: np.random.Generator) -> None:
    signals["hw.temperature"][fault.gpu, fault.steps] = HOTTEST
    signals["hw.gpu.clock.sm"][fault.gpu, fault.steps] *= 0.75


def _ecc_burst(signals: dict[str, Matrix], fault: Planted, rng: np.random.Generator) -> None:
    errors = signals["hw.gpu.ecc.errors"][fault.gpu]
    errors[fault.steps] += np.cumsum(1 + rng.poisson(3, fault.last + 1 - fault.first))
    after = errors[fault.last + 1 :]  # the GPU was reset: its count starts again
    after[:] = np.maximum(after - after[:1], 0)
    signals["hw.gpu.xid"][fault.gpu, fault.steps] = XID_DOUBLE_BIT_ERROR


_PLANT = {
    FaultKind.STRAGGLER: _straggler,
    FaultKind.THERMAL_THROTTLE: _throttle,
    FaultKind.ECC_BURST: _ecc_burst,
}
