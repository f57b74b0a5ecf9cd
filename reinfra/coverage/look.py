"""The ledger of a store, now."""

from collections.abc import Sequence
from dataclasses import replace

from reinfra.config import Settings
from reinfra.coverage.compute import compute
from reinfra.coverage.idle import idle
from reinfra.coverage.ledger import Ledger
from reinfra.coverage.presence import Presence, Standing
from reinfra.coverage.watchers import watchers
from reinfra.store import SampleStore, Store, Stored, coverage


def look(
    store: Store,
    settings: Settings,
    series: Sequence[Stored],
    now: int,
    samples: SampleStore | None = None,
) -> Ledger:
    """What is watched of `series`, whose samples are in `samples` if they live elsewhere."""
    with store.reading() as connection:
        statuses = coverage.statuses(connection)
        absences = coverage.absences(connection)
    found = compute(series, absences, watchers(statuses, settings, now), now)
    return with_idle(found, samples or store, series, now)


def with_idle(found: Ledger, samples: SampleStore, series: Sequence[Stored], now: int) -> Ledger:
    """The same, with the devices that report and have no work said to be idle."""
    since = idle(samples, series, now)
    standing = (
        Standing(Presence.IDLE, since[subject])
        if said.presence is Presence.REPORTING and subject in since
        else said
        for subject, said in zip(found.subjects, found.standing, strict=True)
    )
    return replace(found, standing=tuple(standing))
