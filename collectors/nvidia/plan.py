"""What is asked of one device at each collection: the first way to each series that the device answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.nvidia.answers import Answers, Asking, FieldId, arguments, ask_fields, field_id
from collectors.nvidia.binding import Handle, Nvml
from collectors.nvidia.gpm import Metrics
from collectors.nvidia.meaning import BLANK, GoneError, Silence, number, refusal
from collectors.nvidia.questions import Question, Series, Ways
from reinfra.model import Coverage, SeriesKey

NO_LINKS = Silence(Coverage.UNSUPPORTED, "the device has no NVLink")
_LINK_LABEL = "hw.gpu.nvlink.link"

Reading = tuple[SeriesKey, float]
KeyOf = Callable[[str, dict[str, str]], SeriesKey]
"""The key of a signal of this device, with these labels beside the device's own."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a number goes, and how it is taken from the answer."""

    key: SeriesKey
    factor: float
    take: Callable[[Any], float | None]

    def put(self, answer: Any, readings: list[Reading], missing: dict[str, Silence]) -> None:  # noqa: ANN401
        """The number among `readings`, or why there is none among `missing`, by signal."""
        if isinstance(answer, Silence):
            missing[self.key.metric] = answer
            return
        found = number(self.take(answer))
        if found is None:
            missing[self.key.metric] = BLANK
        else:
            readings.append((self.key, found * self.factor))


@dataclass(slots=True)
class Plan:
    """`calls` by function and arguments; `silences` says why signals that could be there have no series."""

    calls: dict[tuple[str, tuple[Any, ...]], list[Target]] = field(default_factory=dict)
    fields: list[tuple[FieldId, Target]] = field(default_factory=list)
    metrics: list[tuple[str, Target]] = field(default_factory=list)
    silences: dict[str, Silence] = field(default_factory=dict)

    def add(self, nvml: Nvml, question: Question, link: int, key: SeriesKey) -> None:
        target = Target(key, question.factor, question.take(nvml))
        if question.is_metric:
            self.metrics.append((question.function, target))
        elif question.is_field:
            self.fields.append((field_id(nvml, question, link), target))
        else:
            call = (question.function, arguments(nvml, question, link))
            self.calls.setdefault(call, []).append(target)

    def read(
        self,
        nvml: Nvml,
        handle: Handle,
        metrics: Metrics,
        asking: Asking,
    ) -> tuple[list[Reading], dict[str, Silence]]:
        """All numbers, and why some that were there before are missing now. `asking` hears of each call."""
        readings: list[Reading] = []
        missing: dict[str, Silence] = {}
        for (function, given), targets in self.calls.items():
            asking(function)
            try:
                answer = getattr(nvml, function)(handle, *given)
            except nvml.NVMLError as error:
                answer = refusal(nvml, error, function)
            for target in targets:
                target.put(answer, readings, missing)
        asking("nvmlDeviceGetFieldValues")
        answers = ask_fields(nvml, handle, [wanted for wanted, _ in self.fields])
        for (_, target), answer in zip(self.fields, answers, strict=True):
            target.put(answer, readings, missing)
        for name, target in self.metrics:
            target.put(metrics[name], readings, missing)
        if missing:
            missing = _without(missing, {key.metric for key, _ in readings})
            _refuse_if_gone(missing, bool(readings))
        return readings, {**self.silences, **missing}


def make_plan(
    nvml: Nvml,
    handle: Handle,
    ways: Ways,
    links: int,
    metrics: Metrics,
    key_of: KeyOf,
    asking: Asking,
) -> Plan:
    """Ask everything once. Raises GoneError and OverError."""
    plan, answers = Plan(), Answers(nvml, handle, metrics, asking)
    asked = [(each, link) for each in ways.items() for link in _links(each[1], links)]
    answers.prepare((way, link) for (_, options), link in asked for way in options)
    given: set[str] = set()
    for (series, options), link in asked:
        answered = _first(answers, options, link)
        if isinstance(answered, Silence):
            plan.silences.setdefault(series[0], answered)
        else:
            given.add(series[0])
            plan.add(nvml, answered, link, key_of(series[0], _labels(series, answered, link)))
    if not links:
        unlinked = [name for (name, _), options in ways.items() if options[0].per_link]
        plan.silences |= dict.fromkeys(unlinked, NO_LINKS)
    plan.silences = _without(plan.silences, given)
    _refuse_if_gone(plan.silences, bool(given))
    return plan


def _links(options: tuple[Question, ...], links: int) -> range:
    return range(links) if options[0].per_link else range(1)


def _first(answers: Answers, options: tuple[Question, ...], link: int) -> Question | Silence:
    """The first way that is answered, else why there is none: what failed before what is not supported."""
    silences = []
    for way in options:
        said = answers.to(way, link)
        if not isinstance(said, Silence):
            return way
        silences.append(said)
    failing = (each for each in silences if each.state is Coverage.FAILING)
    return next(failing, silences[-1])


def _without(silences: dict[str, Silence], given: set[str]) -> dict[str, Silence]:
    """A signal of which some series are there is not silent."""
    return {name: why for name, why in silences.items() if name not in given}


def _refuse_if_gone(silences: Mapping[str, Silence], anything: bool) -> None:  # noqa: FBT001
    """A device that gives nothing at all, and says that something failed, is as good as lost."""
    failing = [each.reason for each in silences.values() if each.state is Coverage.FAILING]
    if failing and not anything:
        raise GoneError(failing[0])


def _labels(series: Series, question: Question, link: int) -> dict[str, str]:
    labels = dict(series[1])
    return {**labels, _LINK_LABEL: str(link)} if question.per_link else labels
