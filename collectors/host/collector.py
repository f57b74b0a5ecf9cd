"""The host collector: everything about the machine except its accelerators, and where it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from opentelemetry.metrics import MeterProvider

from collectors.host import disks, kernel, memory, network, processors
from collectors.host.installed import Installed
from collectors.identity import Whereabouts, host_name
from collectors.instruments import Instrument, Panel, register
from reinfra.config.sources import HostSource
from reinfra.model import Batch, Clock, Fact, Origin, Report, subject, system_clock


@dataclass(frozen=True, slots=True)
class Host:
    """One batch of system.* signals under OpenTelemetry's names, read by psutil and from /proc.

    Beside it, once and whenever they change, what the machine is and where it runs, as facts.
    """

    host: str = field(default_factory=host_name)
    clock: Clock = system_clock
    labels: Mapping[str, str] = field(default_factory=dict)
    whereabouts: Whereabouts | None = None
    installed: Installed | None = None
    origin: Origin = Origin.LIVE
    name: str = "host"
    _panel: Panel = field(init=False, repr=False)
    _said: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        panel = Panel(instruments(), {**self.labels, "host.name": self.host}, self.origin)
        object.__setattr__(self, "_panel", panel)

    @classmethod
    def of(cls, settings: HostSource, clock: Clock) -> Self:
        whereabouts = Whereabouts.started(settings.site) if settings.identity else None
        return cls(
            clock=clock,
            labels=settings.labels,
            whereabouts=whereabouts,
            installed=Installed(settings.environments, clock),
            name=settings.name,
        )

    @staticmethod
    def present() -> bool:
        return True

    def collect(self) -> Iterator[Batch | Report]:
        yield self._panel.read(self.clock())
        this = subject({"host.name": self.host})
        known = dict(self.whereabouts.attributes()) if self.whereabouts else {}
        installed = self.installed.news(this) if self.installed else ()
        known |= {fact.name: fact.value for fact in installed}
        news = {name: text for name, text in known.items() if self._said.get(name) != text}
        if news:
            yield Report(facts=tuple(Fact(this, name, text) for name, text in news.items()))
            self._said.update(news)


def instruments() -> list[Instrument]:
    """The host's instruments that exist on this machine."""
    modules = (processors, memory, disks, network, kernel)
    return [instrument for module in modules for instrument in module.instruments()]


def instrument(provider: MeterProvider) -> None:
    """Registers the host's instruments, under OpenTelemetry's names and units, on `provider`."""
    register(instruments(), provider.get_meter("reinfra.host"))
