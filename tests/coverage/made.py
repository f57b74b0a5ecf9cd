"""A host with GPUs as the store would know it, at a time that stands still."""

from reinfra.coverage.compute import compute
from reinfra.coverage.ledger import Ledger, Row
from reinfra.coverage.watchers import Watcher
from reinfra.model import DAY, MINUTE, Coverage, SeriesKey, Subject, subject
from reinfra.signals import signals
from reinfra.store import Stored
from reinfra.store.coverage import StoredAbsence

NOW = 1_700_000_000_000
HOST = subject({"host.name": "a"})
WATCHING = {"nvidia": Watcher("nvidia", "nvidia", NOW - DAY, MINUTE)}


def gpu(number: int, host: str = "a") -> Subject:
    return subject({"host.name": host, "hw.id": f"GPU-{number}"})


def stored(
    signal: str,
    about: Subject,
    *,
    last: int = NOW - MINUTE,
    first: int = NOW - 3 * DAY,
    source: str = "nvidia",
    **more: str,
) -> Stored:
    registered = signals().get(signal)
    labels = {**dict(about), **more}
    key = registered.key(labels) if registered else SeriesKey.of(signal, labels)
    return Stored(hash((signal, about, source)) % 10_000, key, source, first, last)


def absent(
    about: Subject,
    signal: str = "",
    *,
    state: Coverage = Coverage.FAILING,
    why: str = "lost",
    source: str = "nvidia",
) -> StoredAbsence:
    return StoredAbsence(source, about, signal, state, why, NOW - 10 * MINUTE, NOW, None)


def four_exported(*absences: tuple[Subject, str]) -> Ledger:
    """Four GPUs of which an exporter gives one signal each, and says which is absent, and why."""
    series = [stored("hw.power", gpu(n), source="exporter") for n in (1, 2, 3, 4)]
    said = tuple(absent(about, why=why, source="exporter") for about, why in absences)
    return ledger(*series, absences=said, watching={})


def ledger(
    *series: Stored,
    absences: tuple[StoredAbsence, ...] = (),
    watching: dict[str, Watcher] | None = None,
) -> Ledger:
    return compute(series, absences, WATCHING if watching is None else watching, NOW)


def row(found: Ledger, signal: str, about: Subject) -> Row:
    (one,) = (row for row in found.rows() if (row.signal, row.subject) == (signal, about))
    return one
