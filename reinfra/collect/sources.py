"""Which sources are collected: those of the settings, those named, or what this machine has."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from collectors import COLLECTORS, Source, find
from reinfra.config import Settings
from reinfra.config.sources import SOURCES, SourceSettings
from reinfra.errors import InputError
from reinfra.model import Clock

ON_THIS_MACHINE = ("host", "nvidia", "neuron", "efa")
"""Collectors that find by themselves whether there is something to read."""


@runtime_checkable
class _Closable(Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A source, and how it is to be read."""

    settings: SourceSettings
    source: Source

    @property
    def name(self) -> str:
        return self.settings.name


def chosen(settings: Settings, names: Sequence[str]) -> list[SourceSettings]:
    """The sources of these names: a `[[source]]`, or a collector that needs no settings.

    Without names, every `[[source]]`; without one, what this machine has. Raises InputError.
    """
    if names:
        described = {one.name: one for one in settings.source}
        return [described.get(name) or _plain(name, sorted(described)) for name in names]
    return list(settings.source) or [SOURCES[name].model_validate({}) for name in present()]


def present() -> list[str]:
    """The collectors that find something to read on this machine."""
    return [name for name in ON_THIS_MACHINE if name == "host" or find(name).present()]  # type: ignore[attr-defined]


def open_sources(
    described: Sequence[SourceSettings], clock: Clock, stack: ExitStack
) -> list[Opened]:
    """Each source made from its settings; `stack` closes what holds a connection or a process."""
    opened = []
    for settings in described:
        source: Source = find(settings.collector).of(settings, clock)  # type: ignore[attr-defined]
        if isinstance(source, _Closable):
            stack.callback(source.close)
        opened.append(Opened(settings, source))
    return opened


def _plain(name: str, described: Sequence[str]) -> SourceSettings:
    if name not in COLLECTORS:
        known = ", ".join([*described, *ON_THIS_MACHINE])
        todo = f"There are {known}; describe others as [[source]] in reinfra.toml."
        raise InputError(f"no source is named {name!r}", todo=todo)
    model = SOURCES[name]
    missing = [key for key, each in model.model_fields.items() if each.is_required()]
    if missing:
        todo = f'Describe it in reinfra.toml: [[source]] collector = "{name}" {missing[0]} = …'
        raise InputError(f"{name} needs settings: {', '.join(missing)}", todo=todo)
    return model.model_validate({})
