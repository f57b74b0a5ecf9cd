import inspect

import pytest

from collectors.nvidia.questions import Question, _question, questions
from reinfra.signals import by_source
from tests.collectors.nvidia.replayed import NVML

ALL = [way for ways in questions().values() for way in ways]
CALLS = [way for way in ALL if not way.is_field and not way.is_metric]

RENUMBERED = 250
"""Above it, headers of different drivers give one field different numbers."""


@pytest.mark.parametrize("way", CALLS, ids=lambda way: way.function)
def test_every_function_exists_in_the_real_binding_and_takes_these_arguments(way: Question) -> None:
    signature = inspect.signature(getattr(NVML, way.function))
    signature.bind("a handle", *way.arguments)


def test_every_constant_exists_in_the_real_binding() -> None:
    words = {word for way in ALL for word in way.arguments} - {"link"}
    names = words | {way.function for way in ALL if way not in CALLS}
    names |= {way.part[1:] for way in ALL if way.part.startswith("&n")}
    for name in names:
        assert isinstance(getattr(NVML, name), int), name


def test_no_field_has_a_number_that_other_drivers_give_to_another_field() -> None:
    fields = {way.function for way in ALL if way.is_field}
    assert len(fields) > 40
    assert all(getattr(NVML, name) <= RENUMBERED for name in fields)


def test_every_name_of_the_registry_is_asked_or_is_an_event() -> None:
    events = [name for name in by_source("nvml") if name.startswith("nvmlEvent")]
    assert len(ALL) + len(events) == len(by_source("nvml"))
    assert all(hasattr(NVML, name) for name in events)


def test_what_is_only_of_some_series_is_of_all_ways_to_it() -> None:
    for ways in questions().values():
        assert len({way.per_link for way in ways}) == 1


@pytest.mark.parametrize(
    ("name", "answer", "number"),
    [
        ("nvmlX", 5, 5),
        ("nvmlX", [1, 2, 3], 3),
        ("nvmlX[1]", [1, 2], 2),
        ("nvmlX.real", 7, 7),
        ("nvmlX.real", [1, 2], 3),
        ("nvmlX.value", [NVML.nvmlFriendlyObject({"value": None})], None),
        ("nvmlX&3", 2, 1),
        ("nvmlX&nvmlClocksEventReasonSwPowerCap", 0b1011, 0),
    ],
)
def test_a_part_of_an_answer(name: str, answer: object, number: float | None) -> None:
    assert _question(name, 1.0).take(NVML)(answer) == number


def test_a_name_that_is_none_is_a_defect_of_the_registry() -> None:
    with pytest.raises(ValueError, match="not a name of NVML"):
        _question("nvmlX.y.z", 1.0)
