"""What a store knows of coverage, now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reinfra.config import Settings
from reinfra.coverage.compute import compute
from reinfra.coverage.idle import idle
from reinfra.coverage.ledger import Ledger
from reinfra.coverage.presence import Presence, Standing
from reinfra.coverage.watchers import Watcher, watchers
from reinfra.store import SampleStore, Store, Stored, coverage


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """The ledger, and the sources by name, those included that gave nothing."""

    ledger: Ledger
    watching: dict[str, Watcher]


def survey(store: Store, settings: Settings, series: Sequence[Stored], now: int) -> Survey:
    """What is watched of `series`, without looking at samples: nothing is said to be idle."""
    with store.reading() as connection:
        watching = watchers(coverage.statuses(connection), settings, now)
        absences = coverage.absences(connection)
    return Survey(compute(series, absences, watching, now), watching)


def look(
    store: Store,
    settings: Settings,
    series: Sequence[Stored],
    now: int,
    samples: SampleStore | None = None,
) -> Survey:
    """The same, with the devices that have no work; `samples` are read there if they live elsewhere."""
    found = survey(store, settings, series, now)
    since = idle(samples or store, series, now)
    standing = (
        Standing(Presence.IDLE, since[subject])
        if said.presence is Presence.REPORTING and subject in since
        else said
        for subject, said in zip(found.ledger.subjects, found.ledger.standing, strict=True)
    )
    return replace(found, ledger=replace(found.ledger, standing=tuple(standing)))
