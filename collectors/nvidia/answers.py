"""The answers of one device to every question, each call made once: how it is found out what a device gives."""

from collections.abc import Callable, Iterable
from typing import Any

from collectors.nvidia.binding import Handle, Nvml
from collectors.nvidia.gpm import Metrics
from collectors.nvidia.meaning import BLANK, Silence, number, refusal
from collectors.nvidia.questions import LINK, Question, questions

_TYPES = ("dVal", "uiVal", "ulVal", "ullVal", "sllVal", "siVal", "usVal")
"""The part of a field's value that holds, by nvmlValueType_t."""

_AT_ONCE = 64
"""Fields in one call; how many NVML takes is not documented."""

Asking = Callable[[str], None]
"""Hears what is about to be asked, so that a hang can be told by its name."""

FieldId = tuple[int, int]
"""A field and its scope, which is an NVLink or 0."""


class Answers:
    """Raises GoneError and OverError where a question shows that no other will be answered."""

    def __init__(self, nvml: Nvml, handle: Handle, metrics: Metrics, asking: Asking) -> None:
        self._nvml, self._handle, self._metrics, self._asking = nvml, handle, metrics, asking
        self._calls: dict[tuple[str, tuple[Any, ...]], Any] = {}
        self._fields: dict[FieldId, float | Silence] = {}

    def prepare(self, questions: Iterable[tuple[Question, int]]) -> None:
        """Ask for all fields among them at once."""
        wanted = {field_id(self._nvml, *each): each[0] for each in questions if each[0].is_field}
        self._asking("nvmlDeviceGetFieldValues")
        values = ask_fields(self._nvml, self._handle, list(wanted))
        self._fields = dict(zip(wanted, values, strict=True))

    def to(self, question: Question, link: int) -> float | Silence:
        """The number, in the question's own unit."""
        if question.is_metric:
            return self._metrics[question.function]
        if question.is_field:
            answer = self._fields[field_id(self._nvml, question, link)]
        else:
            answer = self._call(question, link)
        if isinstance(answer, Silence):
            return answer
        found = number(question.take(self._nvml)(answer))
        return BLANK if found is None else found

    def _call(self, question: Question, link: int) -> Any:  # noqa: ANN401
        called = (question.function, arguments(self._nvml, question, link))
        if called not in self._calls:
            self._calls[called] = self._answer(*called)
        return self._calls[called]

    def _answer(self, function: str, given: tuple[Any, ...]) -> Any:  # noqa: ANN401
        self._asking(function)
        try:
            return getattr(self._nvml, function)(self._handle, *given)
        except self._nvml.NVMLError as error:
            return refusal(self._nvml, error, function)


def arguments(nvml: Nvml, question: Question, link: int) -> tuple[Any, ...]:
    return tuple(link if word == LINK else getattr(nvml, word) for word in question.arguments)


def field_id(nvml: Nvml, question: Question, link: int) -> FieldId:
    return getattr(nvml, question.function), link if question.per_link else 0


def ask_fields(nvml: Nvml, handle: Handle, wanted: list[FieldId]) -> list[Any]:
    """For each field its number as NVML types it, or why there is none."""
    parts = (wanted[i : i + _AT_ONCE] for i in range(0, len(wanted), _AT_ONCE))
    return [value for part in parts for value in _ask(nvml, handle, part)]


def _ask(nvml: Nvml, handle: Handle, wanted: list[FieldId]) -> list[Any]:
    try:
        values = nvml.nvmlDeviceGetFieldValues(handle, wanted)
    except nvml.NVMLError as error:
        return [refusal(nvml, error, "nvmlDeviceGetFieldValues")] * len(wanted)
    return [_value(nvml, value, field) for value, (field, _) in zip(values, wanted, strict=True)]


def _value(nvml: Nvml, value: Any, field: int) -> Any:  # noqa: ANN401
    code = value.nvmlReturn
    if code:
        return refusal(nvml, nvml.NVMLError(code), _name(nvml, field))
    return getattr(value.value, _TYPES[value.valueType])


def _name(nvml: Nvml, field: int) -> str:
    """What NVML's header calls a field that is asked for."""
    asked = (way.function for ways in questions().values() for way in ways if way.is_field)
    return next((name for name in asked if getattr(nvml, name) == field), f"field {field}")
