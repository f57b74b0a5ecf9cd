"""A day of a noisy fleet: thousands of flags become a handful of incidents, and no fault is missed."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from reinfra.alerts.grouping import group
from reinfra.model import MINUTE, Anomaly, Transition
from reinfra.store.anomalies import StoredAnomaly
from tests.alerts.strange import T0, anomaly, key

FALSE_FLAGS, MISSED_FLAGS = 0.003, 0.15  # a minute
OPEN_FLAGS, OPEN_WINDOW, CLEAR = 3, 5, 10  # three flags of five open, ten clear minutes close
FAULT_MINUTES = 40


@dataclass(frozen=True, slots=True)
class Fleet:
    """Raw flags [series, minute], and the faults planted: (host, first minute)."""

    flags: NDArray[np.bool_]
    faults: list[tuple[int, int]]
    per_host: int


def fleet(
    seed: int, hosts: int = 20, per_host: int = 10, minutes: int = 1440, faults: int = 5
) -> Fleet:
    """Each fault makes all series of one host strange for 40 minutes."""
    rng = np.random.default_rng(seed)
    flags = rng.random((hosts * per_host, minutes)) < FALSE_FLAGS
    struck = rng.choice(hosts, faults, replace=False)
    starts = rng.integers(30, minutes - 2 * FAULT_MINUTES, faults)
    for host, start in zip(struck, starts, strict=True):
        rows = slice(host * per_host, (host + 1) * per_host)
        seen = rng.random((per_host, FAULT_MINUTES)) >= MISSED_FLAGS
        flags[rows, start : start + FAULT_MINUTES] = seen
    return Fleet(flags, list(zip(struck.tolist(), starts.tolist(), strict=True)), per_host)


def sustained(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The stretches of one series that the open and clear rules make of its flags."""
    found: list[tuple[int, int]] = []
    since = last = -1
    for minute in np.flatnonzero(flags).tolist():
        if since >= 0 and minute - last > CLEAR:
            found.append((since, last))
            since = -1
        recent = flags[max(0, minute - OPEN_WINDOW + 1) : minute + 1]
        if since < 0 and recent.sum() >= OPEN_FLAGS:
            since = minute
        last = minute
    return [*found, (since, last)] if since >= 0 else found


def found_in(simulated: Fleet) -> list[StoredAnomaly]:
    stretches = [
        (row, stretch)
        for row in range(len(simulated.flags))
        for stretch in sustained(simulated.flags[row])
    ]
    return [
        StoredAnomaly(id_, row, None, _anomaly(row, *stretch, simulated.per_host))
        for id_, (row, stretch) in enumerate(stretches)
    ]


def _anomaly(row: int, since: int, until: int, per_host: int) -> Anomaly:
    return anomaly(key(f"host-{row // per_host}", **{"hw.id": str(row % per_host)}), since, until)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_ends_in_a_handful_of_incidents_and_no_fault_is_missed(seed: int) -> None:
    simulated = fleet(seed)
    edges = int((np.diff(simulated.flags.astype(np.int8), axis=1) != 0).sum())
    changes = group(found_in(simulated), [], T0 + 2 * 1440 * MINUTE)
    assert edges > 1_500
    assert len(simulated.faults) <= len(changes) <= len(simulated.faults) + 1
    for host, start in simulated.faults:
        (told,) = [
            change
            for change in changes
            if change.wanted.scope == f"host host-{host}"
            and change.wanted.since < T0 + (start + FAULT_MINUTES) * MINUTE
            and change.wanted.until > T0 + start * MINUTE
        ]
        delay = (told.wanted.since - T0) / MINUTE - start
        assert 0 <= delay <= 5
        assert [event.kind for event in told.events] == [Transition.OPENED, Transition.RESOLVED]
