"""Rules that can never fire."""

from reinfra.coverage.ledger import Ledger
from reinfra.coverage.rules import NeverFires, Rule, never_fire
from reinfra.model import HOUR, Coverage, subject
from tests.coverage.made import NOW, absent, gpu, ledger, stored

CORE = subject({"host.name": "t", "hw.id": "neuroncore0"})


def _never(signal: str, found: Ledger) -> list[NeverFires]:
    return list(never_fire([Rule("alerts.rely_on", signal)], found))


def test_a_rule_on_xids_never_fires_where_all_is_neuron() -> None:
    found = ledger(stored("aws.neuron.core.utilization", CORE, source="neuron"))
    (said,) = _never("hw.gpu.xid", found)
    assert said.reason == "it exists on nvidia only, and what is watched here is neuron"


def test_a_rule_on_a_signal_that_every_device_lacks_never_fires() -> None:
    why = "tensor activity needs Hopper or later"
    lacking = tuple(
        absent(gpu(n), "hw.gpu.power.limit", state=Coverage.UNSUPPORTED, why=why) for n in (1, 2)
    )
    found = ledger(stored("hw.power", gpu(1)), stored("hw.power", gpu(2)), absences=lacking)
    (said,) = _never("hw.gpu.power.limit", found)
    assert said.reason == f"unsupported on all 2 that could have it; 2 say: {why}"
    assert (
        _never("hw.gpu.power.limit", ledger(stored("hw.power", gpu(1)), absences=lacking[1:])) == []
    )


def test_a_rule_on_a_signal_that_came_once_can_fire() -> None:
    assert _never("hw.power", ledger(stored("hw.power", gpu(1), last=NOW - HOUR))) == []


def test_a_rule_on_a_signal_that_no_source_gives_says_which_do() -> None:
    found = ledger(stored("hw.power", gpu(1)))
    (said,) = _never("system.memory.usage", found)
    assert said.reason == "no source here gives it"
    assert "host" in said.todo


def test_a_misspelt_signal_is_said_to_be_none() -> None:
    (said,) = _never("hw.gpu.utilisation", ledger(stored("hw.power", gpu(1))))
    assert (said.reason, said.todo) == (
        "no signal has this name",
        "Did you mean hw.gpu.utilization?",
    )
