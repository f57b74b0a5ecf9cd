"""What this machine has, and whether it is collected."""

from collections.abc import Iterator

from collectors import find
from reinfra.config import Settings
from reinfra.doctor.finding import Finding, Level
from reinfra.store import Store, coverage

_DEVICES = {"nvidia": "NVIDIA GPUs", "neuron": "AWS Neuron", "efa": "EFA"}


def machine(settings: Settings, store: Store | None) -> Iterator[Finding]:
    """Devices by what can read them. Without `[[source]]`, all that is present is collected."""
    described = {one.collector for one in settings.source}
    asked = _asked(settings, store)
    for collector, what in _DEVICES.items():
        if not find(collector).present():  # type: ignore[attr-defined]
            yield Finding(Level.OK, what, "none on this machine")
        elif described and collector not in described:
            todo = f'Add [[source]] collector = "{collector}" to reinfra.toml.'
            yield Finding(Level.BAD, what, "on this machine, and not collected.", todo)
        elif collector not in asked:
            yield Finding(
                Level.NOTE, what, "on this machine, never collected.", "Run `reinfra collect`."
            )
        else:
            yield Finding(Level.OK, what, "on this machine, collected")


def _asked(settings: Settings, store: Store | None) -> set[str]:
    """The collectors that were run."""
    if store is None:
        return set()
    collector = {one.name: one.collector for one in settings.source}
    with store.reading() as connection:
        statuses = coverage.statuses(connection)
    return {collector.get(one.source, one.source) for one in statuses}
