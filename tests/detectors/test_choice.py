import pytest

from detectors.base import Streaming
from detectors.choice import choose, context, daily, explained, rule
from detectors.choice_rules import CLASSES, RULES, STALENESS
from detectors.registry import DETECTORS
from detectors.siblings import group
from reinfra.config import DetectOverride
from reinfra.model import Kind, SeriesKey
from reinfra.signals import find, signals

GPU = {"host.name": "h", "hw.id": "GPU-1"}


def chosen(metric: str, labels: dict[str, str] | None = None) -> tuple[str, ...]:
    signal = find(metric)
    assert signal is not None
    return choose(signal.key(labels or {"host.name": "h"}))


def test_whatever_is_chosen_exists_and_staleness_always_is() -> None:
    for signal in signals().values():
        names = choose(signal.key(GPU))
        assert names[-1] == STALENESS
        assert set(names) <= {*DETECTORS, CLASSES, STALENESS}
        assert len(set(names)) == len(names)
        assert set(daily(signal.key(GPU))) <= set(DETECTORS)


def test_what_every_run_uses_goes_on_where_it_stopped() -> None:
    used = {name for signal in signals().values() for name in choose(signal.key(GPU))}
    for name in used - {CLASSES, STALENESS}:
        assert isinstance(DETECTORS[name](), Streaming)


def test_slow_detectors_look_once_a_day() -> None:
    assert daily(SeriesKey.of("gen_ai.server.request.duration", {})) == ("latency", "shift")
    assert "time-to-limit" in daily(SeriesKey.of("system.memory.usage", {}))
    assert daily(SeriesKey.of("hw.gpu.ecc.errors", {})) == ()
    overrides = (DetectOverride(signal="*", detectors=("stl",)),)
    assert daily(SeriesKey.of("system.memory.usage", {}), overrides) == ()


def test_what_a_detector_wants_beside_a_signal_is_known() -> None:
    assert context("proportion", "reinfra.quality.successes") == ("reinfra.quality.trials",)
    assert context("time-to-limit", "system.memory.usage") == ("system.memory.limit",)
    assert "gen_ai.server.request.rate" in context("latency", "gen_ai.server.queue.time")
    assert context("peers", "hw.gpu.clock.sm") == ("hw.power",)
    assert context("peers", "hw.power") == context("autoregression", "hw.power") == ()


def test_every_rule_is_the_first_that_holds_for_some_signal() -> None:
    used = {rule(signal.key({})) for signal in signals().values()}
    assert used == set(RULES)


@pytest.mark.parametrize(
    ("metric", "names"),
    [
        ("system.cpu.utilization", ("autoregression", "staleness")),
        ("hw.gpu.ecc.errors", ("error-class", "counts", "staleness")),
        ("hw.gpu.xid.events", ("error-class", "staleness")),
        ("hw.gpu.xid.count", ("staleness",)),
        ("aws.efa.retransmit.packets", ("counts", "staleness")),
        ("aws.bedrock.throttles", ("counts", "staleness")),
        ("reinfra.quality.successes", ("proportion", "staleness")),
        ("reinfra.quality.trials", ("staleness",)),
        ("hw.gpu.memory.limit", ("staleness",)),
        ("hw.gpu.row_remap.failed", ("error-class", "staleness")),
    ],
)
def test_the_registry_decides(metric: str, names: tuple[str, ...]) -> None:
    assert chosen(metric) == names


def test_a_power_limit_that_falls_is_worth_a_look() -> None:
    assert "autoregression" in chosen("hw.gpu.power.limit")


def test_what_has_siblings_is_held_against_them() -> None:
    assert "peers" in chosen("hw.gpu.utilization", GPU)
    assert "peers" not in chosen("hw.gpu.utilization")
    assert "peers" not in chosen("hw.gpu.ecc.errors", GPU)


def test_a_metric_that_nobody_described_is_forecast_from_its_past() -> None:
    assert choose(SeriesKey.of("nobody.described.this", {})) == ("autoregression", "staleness")


def test_an_override_replaces_the_choice_and_the_last_one_wins() -> None:
    overrides = (
        DetectOverride(signal="hw.gpu.*", detectors=("stl",)),
        DetectOverride(signal="hw.gpu.util*", detectors=("pyod:KNN",)),
        DetectOverride(signal="hw.gpu.utilization", sustain=60),
        DetectOverride(signal="system.*", detectors=()),
    )
    key = SeriesKey.of("hw.gpu.utilization", GPU)
    assert choose(key, overrides) == ("pyod:KNN",)
    assert explained(key, overrides) == (("pyod:KNN", "detect.override of hw.gpu.util*"),)
    assert choose(SeriesKey.of("hw.gpu.memory.usage", GPU), overrides) == ("stl",)
    assert choose(SeriesKey.of("system.cpu.utilization", {}), overrides) == ()
    assert "autoregression" in choose(SeriesKey.of("hw.power", GPU), overrides)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ({"host.name": "a", "hw.id": "1"}, {"host.name": "a", "hw.id": "2"}, True),
        ({"host.name": "a", "hw.id": "1"}, {"host.name": "b", "hw.id": "2"}, False),
        (
            {"host.name": "a", "rank": "0", "job": "j"},
            {"host.name": "b", "rank": "9", "job": "j"},
            True,
        ),
        ({"rank": "0", "job": "j"}, {"rank": "1", "job": "k"}, False),
        ({"service.name": "s", "host.name": "a"}, {"service.name": "s", "host.name": "b"}, True),
        (
            {"service.name": "s", "service.instance.id": "a:1"},
            {"service.name": "s", "service.instance.id": "b:1"},
            True,
        ),
        (
            {"host.name": "a", "hw.id": "nc0", "hw.parent": "neuron0"},
            {"host.name": "a", "hw.id": "nc9", "hw.parent": "neuron4"},
            True,
        ),
    ],
)
def test_siblings_differ_only_in_where_they_are(
    one: dict[str, str], other: dict[str, str], *, alike: bool
) -> None:
    found = [group(SeriesKey.of("m", labels, Kind.GAUGE)) for labels in (one, other)]
    assert None not in found
    assert (found[0] == found[1]) == alike


def test_a_series_that_nothing_tells_apart_has_no_siblings() -> None:
    assert group(SeriesKey.of("m", {"host.name": "a"})) is None
    assert group(SeriesKey.of("m", {})) is None
