import numpy as np
import pytest

from detectors.latency import Latency
from detectors.latency_load import loads_of
from reinfra.model import MINUTE, SeriesBlock, SeriesKey
from tests.detectors.blocks import START

STEP = 5 * MINUTE
A_DAY = 288
POINTS = 12 * A_DAY
CHAT = {"service.name": "chat"}
SURGE, FAULT = slice(10 * A_DAY, 10 * A_DAY + 12), slice(11 * A_DAY + 60, 11 * A_DAY + 72)
DURATION = SeriesKey.of("gen_ai.server.request.duration", CHAT, unit="s")
RATE = SeriesKey.of("gen_ai.server.request.rate", CHAT, unit="{request}/s")


def service(fault: float = 2.0, surge: float = 110.0) -> SeriesBlock:
    """A queue that is slower the busier it is; two hours of surge, and one hour of a fault."""
    rng = np.random.default_rng(4)
    load = (
        45 * (1.2 + np.sin(2 * np.pi * np.arange(POINTS) / A_DAY)) * rng.lognormal(0, 0.1, POINTS)
    )
    load[SURGE] = surge
    duration = 0.2 / (1 - np.minimum(load / 150, 0.95)) * rng.lognormal(0, 0.1, POINTS)
    duration[FAULT] *= fault
    values = np.stack([duration, load])
    at = START + STEP * np.arange(POINTS)
    return SeriesBlock((DURATION, RATE), at, values, np.ones_like(values, bool), STEP)


def test_a_fault_is_slower_than_the_load_explains() -> None:
    block = service()
    own, busy = (Latency(busy=busy).score(block).values[0] for busy in (False, True))
    assert np.median(own[FAULT]) > 4
    assert np.median(own[SURGE]) < 3
    assert np.median(busy[SURGE]) > np.median(busy[FAULT])
    assert np.isnan(own[: Latency().warm_up]).all()


def test_busier_than_ever_is_above_the_limit_of_busy() -> None:
    detector = Latency(busy=True)
    scores = detector.score(service(fault=1.0, surge=150.0)).values[0]
    assert np.median(scores[SURGE]) > (detector.limit or 0)
    assert np.nanmax(scores[FAULT]) < (detector.limit or 0)


def test_the_two_reasons_are_two_sentences() -> None:
    block = service()
    said = [Latency().explain(block, 0, at.start + 5) for at in (SURGE, FAULT)]
    assert "slower because busier" in said[0]
    assert "slower than its load explains" in said[1]


def test_only_slow_is_strange() -> None:
    score = Latency().score(service(fault=0.05)).values[0]
    assert score[FAULT].max() <= 1


def test_a_latency_without_a_load_is_held_against_itself_and_says_so() -> None:
    block = service(fault=10.0).select(np.array([0]))
    assert np.median(Latency().score(block).values[0, FAULT]) > 3
    assert "its load is not known" in Latency().explain(block, 0, FAULT.start + 1)


def test_a_sample_whose_load_is_missing_is_not_scored() -> None:
    block = service()
    block.values[1, FAULT] = np.nan
    assert np.isnan(Latency().score(block).values[0, FAULT]).all()


@pytest.mark.parametrize(
    ("metric", "labels", "expected"),
    [
        ("gen_ai.server.request.rate", CHAT, [1]),
        ("gen_ai.server.request.rate", {"service.name": "other"}, []),
        ("gen_ai.server.request.running", CHAT, []),
        ("gen_ai.server.token.rate", {**CHAT, "gen_ai.token.type": "input"}, [1]),
        ("gen_ai.server.token.rate", {**CHAT, "gen_ai.token.type": "output"}, []),
    ],
)
def test_a_load_is_what_the_same_service_was_asked_for(
    metric: str, labels: dict[str, str], expected: list[int]
) -> None:
    assert loads_of(DURATION, [DURATION, SeriesKey.of(metric, labels)]) == expected
