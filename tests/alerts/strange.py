"""Anomalies, notices and channels for the tests of this folder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from reinfra.alerts.channels import ChannelError, Result
from reinfra.alerts.message import Told
from reinfra.model import (
    MINUTE,
    Anomaly,
    Batch,
    Incident,
    IncidentState,
    SeriesKey,
    Severity,
    Transition,
)
from reinfra.signals import find
from reinfra.store import Selector, Source, Store, anomalies
from reinfra.store.digests import Digest
from reinfra.store.evidence import Change, Evidence, Seen
from reinfra.store.notice import Notice

T0 = 1_700_000_000_000


def key(host: str, metric: str = "aws.ec2.cpu.utilization", **labels: str) -> SeriesKey:
    signal = find(metric)
    assert signal is not None
    return signal.key({"host.name": host, **labels})


def anomaly(
    of: SeriesKey,
    since: float,
    until: float,
    severity: Severity = Severity.WARNING,
    score: float = 8.0,
) -> Anomaly:
    """Strange from minute `since` to minute `until`."""
    start, end = (T0 + round(minute * MINUTE) for minute in (since, until))
    return Anomaly(
        key=of,
        detector="test",
        since=start,
        until=end,
        peak_at=start,
        value=0.98,
        score=score,
        threshold=4.0,
        reason="EC2 CPU utilization 0.98 against 0.41 expected",
        expected_low=0.35,
        expected_high=0.47,
        severity=severity,
    )


def known(store: Store, keys: Sequence[SeriesKey]) -> dict[SeriesKey, int]:
    """Make these series known to the store. Their ids."""
    store.write(Batch.at_instant(T0, [(one, 0.4) for one in keys]), Source("test"))
    return {one.key: one.id for one in store.series(Selector())}


def save(store: Store, found: Sequence[Anomaly]) -> None:
    ids = known(store, [one.key for one in found])
    with store.writing() as connection:
        save_as(connection, ids, found)


def save_as(connection: Connection, ids: dict[SeriesKey, int], found: Sequence[Anomaly]) -> None:
    by_series: dict[int, list[Anomaly]] = {}
    for one in found:
        by_series.setdefault(ids[one.key], []).append(one)
    anomalies.save(connection, by_series, T0)


@contextmanager
def undone(store: Store) -> Iterator[Connection]:
    """A write transaction of which nothing stays: one database serves many examples."""
    with store.engine.execution_options(write=True).connect() as connection:
        begun = connection.begin()
        yield connection
        begun.rollback()


def notice(
    transition: Transition = Transition.OPENED,
    title: str = "EC2 CPU utilization 98 % on i-53ea38, expected 35 % to 47 %",
    number: int = 1,
    incident_id: int = 7,
    **more: Any,  # noqa: ANN401 - any other field
) -> Notice:
    state = {
        Transition.ACKNOWLEDGED: IncidentState.ACKNOWLEDGED,
        Transition.RESOLVED: IncidentState.RESOLVED,
    }.get(transition, IncidentState.OPEN)
    incident = Incident(
        id=incident_id,
        scope="host i-53ea38",
        title=title,
        severity=Severity.CRITICAL,
        state=state,
        since=T0,
        until=T0 + 5 * MINUTE,
        series_count=2,
    )
    reasons = ("2023-11-14T22:13:20Z EC2 CPU utilization 0.98 [aws.ec2.cpu.utilization]",)
    given = {"kind": "utilization", "fleet": "prod", "team": "search", **more}
    return Notice(incident, transition, number, T0, reasons, **given)


def evidence() -> Evidence:
    """Two series of a host with an instance type, and a driver that changed eight minutes before."""
    metric = "aws.ec2.cpu.utilization"
    reason = "EC2 CPU utilization 0.98 against 0.41 expected"
    seen = Seen(f'{metric}{{host.name="i-53ea38"}}', metric, "1", T0, 0.98, 0.35, 0.47, reason)
    silent = Seen("hw.power", "hw.power", "W", T0 + MINUTE, None, None, None, "no sample came")
    changed = Change(T0 - 8 * MINUTE, "i-53ea38", "driver.version", "535", "550")
    return Evidence(seen, (seen, silent), changed, (("i-53ea38", "p5.48xlarge"),), 1)


def digest(messages: int = 12, incidents: int = 3) -> Digest:
    one = notice().incident
    listed = tuple(replace(one, id=number) for number in range(1, min(incidents, 20) + 1))
    return Digest(5, T0, messages, incidents, listed)


@dataclass(slots=True)
class Memory:
    """A channel that keeps what it is sent, and fails as it is told: each call takes the next failure."""

    name: str = "memory"
    batch_size: int = 10
    got: list[Told] = field(default_factory=list)
    failures: list[ChannelError | Result | None] = field(default_factory=list)

    def send(self, messages: Sequence[Told]) -> list[Result]:
        failure = self.failures.pop(0) if self.failures else None
        if isinstance(failure, ChannelError):
            raise failure
        if failure is not None:
            return [failure] * len(messages)
        self.got.extend(messages)
        return [Result()] * len(messages)
