import pytest

from reinfra.model import Kind
from reinfra.signals import UnitError, by_source, factor, find, signals
from reinfra.signals.registry import _name


def test_every_source_delivers_a_unit_that_can_be_converted() -> None:
    for signal in signals().values():
        for names in signal.sources.values():
            assert all(factor(name.unit, signal.unit) > 0 for name in names)


def test_every_signal_is_described() -> None:
    for signal in signals().values():
        assert signal.title
        assert signal.hardware
        assert signal.cadence is None or signal.cadence > 0


def test_no_two_signals_claim_one_name_of_a_source() -> None:
    sources = {source for signal in signals().values() for source in signal.sources}
    for source in sources:
        claimed = [name for s in signals().values() for name in s.sources.get(source, ())]
        assert len(claimed) == len(by_source(source)), source


def test_a_name_of_a_source_may_say_what_a_label_says_here() -> None:
    name = _name("vllm:prompt_tokens [{token}] gen_ai.token.type=input")
    assert (name.metric, name.unit) == ("vllm:prompt_tokens", "{token}")
    assert name.labels == (("gen_ai.token.type", "input"),)


def test_a_percentage_becomes_a_ratio() -> None:
    assert factor("%", "1") == 0.01


def test_a_percentage_of_an_unpublished_maximum_does_not_become_watts() -> None:
    with pytest.raises(UnitError, match="no conversion from '%' to 'W'"):
        factor("%", "W")


def test_an_undescribed_metric_is_unknown_and_not_guessed() -> None:
    assert find("something.else") is None


def test_the_last_xid_code_is_latched_and_not_counted() -> None:
    xid = find("hw.gpu.xid")
    assert xid is not None
    assert xid.kind is Kind.LATCHED


def test_a_key_carries_kind_and_unit_of_its_signal() -> None:
    energy = signals()["aws.neuron.execution.errors"].key({"host.name": "a"})
    assert (energy.kind, energy.unit) == (Kind.PERIOD_COUNT, "{error}")
