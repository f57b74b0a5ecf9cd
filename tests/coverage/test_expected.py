"""What a source should give."""

from reinfra.coverage.expected import expected
from reinfra.coverage.subjects import kind_of, named, place_of, subject_of
from reinfra.model import subject
from reinfra.signals import by_source, signals


def test_all_that_the_registry_says_a_collector_reads_is_expected_of_its_devices() -> None:
    seen = frozenset({("hw.power", "gpu")})
    with_cadence = {
        one.signal.name
        for one in by_source("nvml").values()
        if one.signal.cadence and one.signal.name.startswith("hw.")
    }
    assert with_cadence
    assert expected("nvidia", seen)["gpu"] == with_cadence


def test_a_signal_is_expected_of_the_kind_that_its_nearest_relatives_are_of() -> None:
    seen = frozenset(
        {("aws.neuron.core.utilization", "neuroncore"), ("aws.neuron.ecc.events", "neuron")}
    )
    wanted = expected("neuron", seen)
    assert "aws.neuron.core.flops" in wanted["neuroncore"]
    assert "aws.neuron.core.flops" not in wanted["neuron"]
    assert "aws.neuron.ecc.events" not in wanted["neuroncore"]


def test_nothing_without_a_cadence_is_expected() -> None:
    wanted = expected("neuron", frozenset({("aws.neuron.core.utilization", "neuroncore")}))
    assert all(signals()[name].cadence for names in wanted.values() for name in names)


def test_signals_of_other_hardware_are_not_expected() -> None:
    wanted = expected("nvidia", frozenset({("hw.power", "gpu")}))
    assert not any(name.startswith("aws.neuron") for names in wanted.values() for name in names)


def test_an_exporter_is_known_by_what_it_gives() -> None:
    seen = frozenset((one.signal.name, "gpu") for one in by_source("dcgm").values())
    assert expected("scrape", seen)["gpu"] >= {name for name, _ in seen if signals()[name].cadence}
    assert expected("scrape", frozenset()) == {}


def test_kinds_are_told_by_names() -> None:
    assert kind_of((("hw.id", "neuron1.core7"),)) == "neuron.core"
    assert kind_of((("hw.id", "GPU-8f2a77"),)) == kind_of((("hw.id", "GPU-11"),)) == "gpu"
    assert kind_of((("hw.id", "MIG-8f2a77"),)) == "mig"
    assert kind_of((("host.name", "a"), ("service.name", "vllm"))) == "service"
    assert kind_of((("hw.id", "00:1e.0"),)) == "device"


def test_a_series_is_about_its_device_else_its_service_else_its_host() -> None:
    labels = {"host.name": "a", "hw.id": "GPU-1", "hw.vendor": "NVIDIA", "reinfra.origin": "live"}
    about = subject_of(subject(labels), "nvidia")
    assert about == subject({"host.name": "a", "hw.id": "GPU-1"})
    assert (named(about), place_of(about)) == ("GPU-1 on a", ("host.name", "a"))
    served = subject_of(subject({"host.name": "a", "service.name": "vllm", "le": "1"}), "s")
    assert (named(served), place_of(served)) == ("vllm on a", ("host.name", "a"))
    nobody = subject_of(subject({"model": "m"}), "s")
    assert (named(nobody), place_of(nobody)) == ("source s", ("reinfra.source", "s"))
