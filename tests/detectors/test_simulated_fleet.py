"""Faults planted in a simulated fleet. It shows that the machinery works, not how well on real systems."""

import numpy as np
import pytest

from collectors.simulator import Fault, FaultKind, Simulator
from detectors.base import Detector
from detectors.counts import Counts
from detectors.error_classes import ErrorClasses
from detectors.peers import Peers
from reinfra.model import DAY, MINUTE, Batch, SeriesBlock, Severity

SINCE = 1_767_225_600_000


@pytest.fixture(scope="module")
def simulated() -> tuple[Batch, tuple[Fault, ...]]:
    simulator = Simulator(since=SINCE, until=SINCE + 2 * DAY, hosts=16, seed=1)
    return Batch.concat(simulator.collect()), simulator.faults


def grid(batch: Batch, metric: str, *, increases: bool = False) -> SeriesBlock:
    """The series of one metric on the grid on which they were simulated."""
    rows = [row for row, key in enumerate(batch.keys) if key.metric == metric]
    at = SINCE + MINUTE * np.arange(2 * DAY // MINUTE)
    values = np.full((len(rows), at.size), np.nan)
    for place, row in enumerate(rows):
        of = batch.series == row
        values[place, (batch.at[of] - SINCE) // MINUTE] = batch.value[of]
    if increases:
        risen = np.diff(values, axis=1, prepend=np.nan)
        values = np.where(risen < 0, values, risen)
    keys = tuple(batch.keys[row] for row in rows)
    return SeriesBlock(keys, at, values, ~np.isnan(values), MINUTE)


def hits(detector: Detector, block: SeriesBlock, fault: Fault) -> bool:
    flagged = detector.score(block).values > (detector.limit or np.inf)
    during = (block.at >= fault.since) & (block.at <= fault.until)
    rows = np.array([key in fault.series for key in block.keys])
    return bool(flagged[rows][:, during].any())


def planted(faults: tuple[Fault, ...], kind: FaultKind) -> list[Fault]:
    found = [fault for fault in faults if fault.kind is kind]
    assert found
    return found


@pytest.mark.parametrize("metric", ["hw.gpu.clock.sm", "hw.power"])
def test_stragglers_stand_out_from_their_siblings(
    simulated: tuple[Batch, tuple[Fault, ...]], metric: str
) -> None:
    batch, faults = simulated
    block = grid(batch, metric)
    assert all(hits(Peers(), block, one) for one in planted(faults, FaultKind.STRAGGLER))


def test_ecc_bursts_are_found_by_number_and_by_their_xid(
    simulated: tuple[Batch, tuple[Fault, ...]],
) -> None:
    batch, faults = simulated
    block = grid(batch, "hw.gpu.ecc.errors", increases=True)
    bursts = planted(faults, FaultKind.ECC_BURST)
    assert all(hits(Counts(), block, one) for one in bursts)
    fatal = [one for one in ErrorClasses().find(batch) if one.severity is Severity.CRITICAL]
    assert {one.key for one in fatal} <= {key for fault in bursts for key in fault.series}
    assert len(fatal) == len(bursts)
    assert all(one.since - fault.since <= MINUTE for one, fault in zip(fatal, bursts, strict=True))
