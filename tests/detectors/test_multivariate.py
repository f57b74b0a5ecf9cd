import numpy as np
from numpy.typing import NDArray

from detectors.multivariate import Multivariate, hosts
from reinfra.model import HOUR, SeriesBlock, SeriesKey
from tests.detectors.blocks import START

SENSORS, POINTS, FAULT = 12, 21 * 24, slice(480, 490)


def host(commands: int = 2) -> SeriesBlock:
    """Sensors that follow two common causes, and commands that are on now and then; sensor 4 goes its own way."""
    rng = np.random.default_rng(6)
    causes = np.cumsum(rng.normal(size=(2, POINTS)), axis=1)
    causes /= causes.std(axis=1, keepdims=True)
    sensors = rng.normal(size=(SENSORS, 2)) @ causes + rng.normal(0, 0.1, (SENSORS, POINTS))
    sensors[4, FAULT] += 3
    on: NDArray[np.float64] = (rng.random((commands, POINTS)) < 0.05).astype(float)
    keys = tuple(SeriesKey.of(f"m{n}", {"host.name": "a"}) for n in range(SENSORS + commands))
    values = np.concatenate([sensors, on])
    at = START + HOUR * np.arange(POINTS)
    return SeriesBlock(keys, at, values, np.ones_like(values, bool), HOUR)


def test_the_sensor_that_does_not_follow_scores_highest_and_is_named() -> None:
    block = host()
    scores = Multivariate().score(block).values
    assert (np.nanargmax(scores[:, FAULT], axis=0) == 4).all()
    first, share = Multivariate().contributions(block, 4, FAULT.start + 2)[0]
    assert first == 4
    assert share > 0.5
    assert "m4 does not go along with its host: m4" in Multivariate().explain(
        block, 4, FAULT.start + 2
    )


def test_commands_are_never_scored() -> None:
    assert np.isnan(Multivariate().score(host(3)).values[SENSORS:]).all()


def test_a_moment_in_which_a_channel_is_missing_is_not_scored() -> None:
    block = host()
    block.values[0, 400] = np.nan
    scores = Multivariate().score(block).values
    assert np.isnan(scores[:, 400]).all()
    assert np.isfinite(scores[0, 401])


def test_series_belong_to_the_host_they_name_and_few_are_no_fleet() -> None:
    keys = tuple(
        SeriesKey.of(f"m{n}", {"host.name": name}) for name in ("a", "b") for n in range(4)
    )
    assert [rows.tolist() for rows in hosts(keys, 4)] == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert hosts(keys[:3], 4) == []
    assert Multivariate().contributions(host().select(np.array([0])), 0, 450) == []
