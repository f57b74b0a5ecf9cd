"""One bad afternoon of one GPU, in every signal that it shows in. Simulated: to show how detectors look at it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reinfra.model import DAY, HOUR, MINUTE, Kind, SeriesBlock, SeriesKey

UNTIL = 20_500 * DAY
SINCE = UNTIL - 16 * DAY
EPISODE = UNTIL - 12 * HOUR, UNTIL - 8 * HOUR
SILENT = UNTIL - 6 * HOUR, UNTIL - 6 * HOUR + 30 * MINUTE
"""Later its exporter dies for half an hour."""

GPUS, BAD = 8, 3
Values = NDArray[np.float64]
AT = np.arange(SINCE, UNTIL, MINUTE, dtype=np.int64)
HOURS = np.arange(SINCE, UNTIL, HOUR, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Day:
    """What the afternoon did, as blocks by signal."""

    rng: np.random.Generator

    @property
    def load(self) -> Values:
        slow = np.repeat(self.rng.normal(0, 0.04, AT.size // 20), 20)
        return np.clip(0.55 + 0.2 * np.sin(2 * np.pi * AT / DAY) + slow, 0.05, 0.95)

    def clocks(self, load: Values) -> SeriesBlock:
        """Eight GPUs under one load; the clock of one falls by a tenth."""
        values = 1.98e9 * (1 - 0.04 * load) * (1 + 0.004 * self.noise(GPUS))
        values[BAD, _in(EPISODE)] *= 0.9
        return _block("hw.gpu.clock.sm", values, "Hz", AT, MINUTE)

    def silent(self, load: Values) -> SeriesBlock:
        """Its clock with the half hour that is missing."""
        block = self.clocks(load).select(np.array([BAD]))
        gone = _in(SILENT)
        block.values[0, gone], block.mask[0, gone] = np.nan, False
        return block

    def sensors(self, load: Values) -> SeriesBlock:
        """Clock, power, temperature and utilization of the bad GPU, which else go along with each other."""
        bad = np.where(_in(EPISODE), 1.0, 0.0)
        rows = (
            ("hw.gpu.utilization", "1", load + 0.02 * self.noise(1)[0]),
            ("hw.power", "W", 100 + 550 * load + 8 * self.noise(1)[0] - 60 * bad),
            ("hw.temperature", "Cel", 32 + 40 * load + 0.7 * self.noise(1)[0] + 8 * bad),
            (
                "hw.gpu.clock.sm",
                "Hz",
                1.98e9 * (1 - 0.04 * load + 0.003 * self.noise(1)[0] - 0.02 * bad),
            ),
        )
        keys = tuple(_key(metric, BAD, unit) for metric, unit, _ in rows)
        values = np.stack([values for _, _, values in rows])
        return SeriesBlock(keys, AT, values, np.ones(values.shape, np.bool_), MINUTE)

    def errors(self) -> SeriesBlock:
        """Corrected ECC errors: one in two days, then one in four minutes."""
        values = self.rng.poisson(np.where(_in(EPISODE), 0.25, 0.0004), (1, AT.size)).astype(float)
        return _block("hw.gpu.ecc.errors", values, "{error}", AT, MINUTE, Kind.COUNTER)

    def memory(self, load: Values) -> SeriesBlock:
        """Host memory that a process has been taking for two weeks, and its limit."""
        grown = np.clip((AT - (UNTIL - 14 * DAY)) / (14 * DAY), 0, 1)
        values = 1e12 * (0.4 + 0.05 * load + 0.45 * grown + 0.004 * self.noise(1)[0])
        use = SeriesKey.of("system.memory.usage", {"host.name": "a"}, Kind.GAUGE, "By")
        limit = SeriesKey.of("system.memory.limit", {"host.name": "a"}, Kind.GAUGE, "By")
        both = np.stack([values, np.full(AT.size, 1e12)])
        return SeriesBlock((use, limit), AT, both, np.ones(both.shape, np.bool_), MINUTE)

    def latency(self, load: Values) -> SeriesBlock:
        """Its service answers slower by half; the requests a second beside it stay what they were."""
        rate = 40 * load * (1 + 0.03 * self.noise(1)[0])
        slower = np.where(_in(EPISODE), 1.5, 1.0)
        seconds = (0.15 + 0.08 * load**2 / (1 - load)) * np.exp(0.05 * self.noise(1)[0]) * slower
        keys = tuple(
            SeriesKey.of(metric, {"service.name": "llm"}, Kind.GAUGE, unit)
            for metric, unit in (
                ("gen_ai.server.time_to_first_token", "s"),
                ("gen_ai.server.request.rate", "{request}/s"),
            )
        )
        both = np.stack([seconds, rate])
        return SeriesBlock(keys, AT, both, np.ones(both.shape, np.bool_), MINUTE)

    def answers(self) -> SeriesBlock:
        """Graded answers, fifty an hour: nine of ten pass, then seven."""
        share = np.where(_in(EPISODE, HOURS), 0.7, 0.9)
        both = np.stack([self.rng.binomial(50, share), np.full(HOURS.size, 50)]).astype(float)
        keys = tuple(
            SeriesKey.of(
                f"reinfra.quality.{word}", {"service.name": "llm"}, Kind.PERIOD_COUNT, "{answer}"
            )
            for word in ("successes", "trials")
        )
        return SeriesBlock(keys, HOURS, both, np.ones(both.shape, np.bool_), HOUR)

    def code(self) -> SeriesBlock:
        """The last XID: none, then 48, until the GPU is reset."""
        values = np.where(_in(EPISODE), 48.0, 0.0)[None]
        return _block("hw.gpu.xid", values, "1", AT, MINUTE, Kind.LATCHED)

    def noise(self, rows: int) -> Values:
        return self.rng.normal(size=(rows, AT.size))


def _in(span: tuple[int, int], at: NDArray[np.int64] = AT) -> NDArray[np.bool_]:
    since, until = span
    return (at >= since) & (at < until)


def _key(metric: str, gpu: int, unit: str, kind: Kind = Kind.GAUGE) -> SeriesKey:
    return SeriesKey.of(metric, {"host.name": "a", "hw.id": f"GPU-{gpu}"}, kind, unit)


def _block(
    metric: str,
    values: Values,
    unit: str,
    at: NDArray[np.int64],
    step: int,
    kind: Kind = Kind.GAUGE,
) -> SeriesBlock:
    first = 0 if len(values) == GPUS else BAD
    keys = tuple(_key(metric, first + row, unit, kind) for row in range(len(values)))
    return SeriesBlock(keys, at, values, np.ones(values.shape, np.bool_), step)
