"""A day of a noisy fleet, with the numbers of the measurement that alerting was designed by.

2,000 series, 1,440 minutes, 0.3 % false flags a minute, five faults of half an hour that each strike 13
hosts of one job and miss 15 % of their flags: some 22,700 edges. None of the faults may be missed.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.flagging import Flagging
from reinfra.alerts.grouping import group
from reinfra.model import MINUTE, Anomaly, Transition
from reinfra.store.anomalies import StoredAnomaly
from reinfra.store.incidents import Change
from tests.alerts.strange import T0, anomaly, key

SERIES, MINUTES, PER_HOST, PER_JOB, FAULTS, LASTING = 2_000, 1_440, 10, 13, 5, 30
FALSE_FLAGS, MISSED_FLAGS = 0.003, 0.15  # a minute
OPENING = Flagging(recovery=10 * MINUTE, open_points=3, open_window=5)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Raw flags [series, minute], and the faults planted: (job, first minute)."""

    flags: NDArray[np.bool_]
    faults: list[tuple[int, int]]

    @property
    def edges(self) -> int:
        """How many messages there would be of one for each change of a flag."""
        return int((np.diff(self.flags.astype(np.int8), axis=1) != 0).sum())


def fleet(seed: int) -> Fleet:
    """Hosts of one job are struck within two minutes of each other."""
    rng = np.random.default_rng(seed)
    flags = rng.random((SERIES, MINUTES)) < FALSE_FLAGS
    jobs = SERIES // PER_HOST // PER_JOB
    struck = rng.choice(jobs, FAULTS, replace=False)
    starts = 30 + 250 * np.arange(FAULTS) + rng.integers(0, 100, FAULTS)
    for job, start in zip(struck.tolist(), starts.tolist(), strict=True):
        for host in range(job * PER_JOB, (job + 1) * PER_JOB):
            late = start + int(rng.integers(0, 3))
            rows = slice(host * PER_HOST, (host + 1) * PER_HOST)
            flags[rows, late : late + LASTING] = rng.random((PER_HOST, LASTING)) >= MISSED_FLAGS
    return Fleet(flags, list(zip(struck.tolist(), starts.tolist(), strict=True)))


def found_in(simulated: Fleet, opening: Flagging = OPENING) -> list[StoredAnomaly]:
    at, scored = MINUTE * np.arange(MINUTES), np.ones(MINUTES, np.bool_)
    stretches = [
        (row, int(run[0]), int(run[-1]))
        for row, flags in enumerate(simulated.flags)
        for run in opening.runs(at, flags, scored)
    ]
    return [
        StoredAnomaly(id_, row, None, _anomaly(row, since, until))
        for id_, (row, since, until) in enumerate(stretches)
    ]


def _anomaly(row: int, since: int, until: int) -> Anomaly:
    host = row // PER_HOST
    labels = {"hw.id": str(row % PER_HOST), "slurm.job.id": str(host // PER_JOB)}
    return anomaly(key(f"host-{host}", **labels), since, until)


def incidents_of(simulated: Fleet) -> list[Change]:
    return group(found_in(simulated), [], T0 + 2 * MINUTES * MINUTE)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_ends_in_a_handful_of_incidents_and_no_fault_is_missed(seed: int) -> None:
    simulated = fleet(seed)
    assert 21_500 < simulated.edges < 24_000
    changes = incidents_of(simulated)
    real = [change for change in changes if change.wanted.series_count > PER_HOST]
    assert FAULTS == len(real) <= len(changes) <= FAULTS + 1
    told = {change.wanted.scope: change for change in real}
    for job, start in simulated.faults:
        change = told[f"job {job}"]
        # A false flag just before may be one of the three.
        assert -5 < (change.wanted.since - T0) / MINUTE - start <= 5
        assert [one.kind for one in change.events] == [Transition.OPENED, Transition.RESOLVED]


def test_of_hosts_without_a_job_each_is_an_incident_of_its_own() -> None:
    found = [anomaly(key(f"host-{n}"), 0, 9) for n in range(3)]
    alone = [StoredAnomaly(n, n, None, one) for n, one in enumerate(found)]
    assert len(group(alone, [], T0 + 60 * MINUTE)) == 3
