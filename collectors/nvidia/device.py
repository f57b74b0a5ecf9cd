"""One GPU or MIG device: who it is, what it is asked, and what it said."""

from ctypes import c_void_p, cast
from dataclasses import dataclass, field

from collectors.base import key_of
from collectors.nvidia.answers import Asking, ask_fields
from collectors.nvidia.binding import Handle, Nvml
from collectors.nvidia.gpm import Metrics, Sampler
from collectors.nvidia.hearing import COUNT, EVENTS, Heard
from collectors.nvidia.meaning import Silence, refusal
from collectors.nvidia.plan import Plan, Reading, make_plan
from collectors.nvidia.questions import Ways, metric_names
from reinfra.model import MINUTE, Absence, Coverage, Origin, SeriesKey, Subject, subject

REPLAN = 5 * MINUTE
"""How long what a device does not have is not asked for again."""

_PATIENCE: dict[Coverage | None, int] = {Coverage.WARMING: 0, Coverage.FAILING: MINUTE}
"""The same for what it may have soon, and for what failed."""

MOST_LINKS = 36


@dataclass(slots=True)
class Device:
    """`labels` are those of all its series. Where it has no GPM metrics, `sampler` is the reason.

    `heard` is None for a MIG device: XID events are its parent's.
    """

    nvml: Nvml
    handle: Handle
    labels: dict[str, str]
    ways: Ways
    origin: Origin
    sampler: Sampler | Silence
    heard: Heard | None
    plan: Plan | None = None
    plan_until: int = 0
    _keys: dict[tuple[str, ...], SeriesKey] = field(default_factory=dict)
    _unsampled: Metrics = field(default_factory=dict)
    _silent: dict[str, Silence] = field(default_factory=dict)
    _missing: list[Absence] = field(default_factory=list)

    def __post_init__(self) -> None:
        if isinstance(self.sampler, Silence):
            self._unsampled = self._no_metrics(self.sampler)

    @property
    def subject(self) -> Subject:
        return subject({name: self.labels[name] for name in ("host.name", "hw.id")})

    @property
    def address(self) -> int | None:
        """What NVML's events know it by."""
        return cast(self.handle, c_void_p).value

    def sweep(self, at: int, asking: Asking) -> tuple[list[Reading], list[Absence]]:
        """All numbers at `at` and what is missing. Raises GoneError and OverError."""
        metrics = self._metrics(asking)
        if self.plan is None or at >= self.plan_until:
            links = self._links()
            self.plan = make_plan(
                self.nvml, self.handle, self.ways, links, metrics, self.key, asking
            )
            silent = {why.state for why in self.plan.silences.values()}
            self.plan_until = at + min(_PATIENCE.get(state, REPLAN) for state in silent | {None})
        readings, silences = self.plan.read(self.nvml, self.handle, metrics, asking)
        if self.heard and self.heard.deaf:
            silences |= dict.fromkeys((EVENTS, COUNT), self.heard.deaf)
        return readings, self._absences(silences)

    def events(self) -> list[Reading]:
        """Its XID events since the sweep before; none where they are not heard."""
        heard = self.heard
        return list(heard.readings(self.key)) if heard and not heard.deaf else []

    def gone(self, reason: str) -> Absence:
        """That nothing of it can be read; it is asked everything anew when it is back."""
        self.plan = None
        return Absence(self.subject, "", Coverage.FAILING, reason)

    def key(self, signal: str, labels: dict[str, str]) -> SeriesKey:
        known = (signal, *labels.values())
        if known not in self._keys:
            self._keys[known] = key_of(signal, {**self.labels, **labels}, self.origin)
        return self._keys[known]

    def close(self) -> None:
        """Give back the samples that NVML holds for it. Raises NVMLError."""
        if isinstance(self.sampler, Sampler):
            self.sampler.free()

    def _metrics(self, asking: Asking) -> Metrics:
        if isinstance(self.sampler, Silence):
            return self._unsampled
        asking("nvmlGpmMetricsGet")
        try:
            return self.sampler.read()
        except self.nvml.NVMLError as error:
            return self._no_metrics(refusal(self.nvml, error, "nvmlGpmMetricsGet"))

    def _no_metrics(self, why: Silence) -> Metrics:
        return dict.fromkeys(metric_names(self.ways), why)

    def _absences(self, silences: dict[str, Silence]) -> list[Absence]:
        """The same objects while the same is missing: who keeps them sees at once that nothing is new."""
        if silences != self._silent:
            who = self.subject
            said = [Absence(who, name, why.state, why.reason) for name, why in silences.items()]
            self._silent, self._missing = silences, said
        return self._missing

    def _links(self) -> int:
        wanted = [(self.nvml.NVML_FI_DEV_NVLINK_LINK_COUNT, 0)]
        (count,) = ask_fields(self.nvml, self.handle, wanted)
        return 0 if isinstance(count, Silence) else min(int(count), MOST_LINKS)
