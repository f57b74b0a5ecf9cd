"""What began first, and what carries what."""

from reinfra.explain.roots import Node, roots
from reinfra.model import MINUTE, Anomaly, SeriesKey
from reinfra.store.anomalies import StoredAnomaly

GPU = {"host.name": "a", "hw.id": "GPU-1", "service.name": "llm"}
HOST = {"host.name": "a", "service.name": "llm"}
SERVICE = {"service.name": "llm"}
OTHER = {"service.name": "mail"}


def anomaly(id_: int, metric: str, labels: dict[str, str], minute: int) -> StoredAnomaly:
    key = SeriesKey.of(metric, labels)
    at = minute * MINUTE
    return StoredAnomaly(id_, id_, 1, Anomaly(key, "peers", at, at, at, 1, 2, 1, f"of {metric}"))


def test_a_series_is_of_the_narrowest_place_that_it_names() -> None:
    levels = {
        ("hw.power", "device"): GPU,
        ("system.cpu.utilization", "host"): HOST,
        ("gen_ai.server.queue.time", "service"): HOST,
        ("up", "series"): {},
    }
    for (metric, level), labels in levels.items():
        assert Node.of(SeriesKey.of(metric, labels)).level == level


def test_of_what_began_together_the_device_comes_before_what_it_carries() -> None:
    found = [
        anomaly(1, "gen_ai.server.queue.time", SERVICE, 10),
        anomaly(2, "system.cpu.utilization", HOST, 11),
        anomaly(3, "hw.power", GPU, 12),
        anomaly(4, "hw.gpu.clock.sm", GPU, 13),
    ]
    first, second, third = roots(found)
    assert (first.name, second.name, third.name) == ("a GPU-1", "a", "llm")
    assert first.explains == ("a", "llm")
    assert (first.after, first.reason) == (2 * MINUTE, "of hw.power")
    assert len(first.signals) == 2
    assert third.explains == ()


def test_what_began_long_before_is_no_consequence() -> None:
    found = [anomaly(1, "gen_ai.server.queue.time", SERVICE, 0), anomaly(2, "hw.power", GPU, 60)]
    service, device = roots(found)
    assert (service.level, device.level) == ("service", "device")
    assert device.explains == ()


def test_another_service_is_not_explained() -> None:
    found = [anomaly(1, "hw.power", GPU, 0), anomaly(2, "gen_ai.server.queue.time", OTHER, 1)]
    assert roots(found)[0].explains == ()
    assert roots([]) == []
