"""Grouping, against a real store: the rules, and what holds for any evidence in any order."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from reinfra.alerts.grouping import group
from reinfra.alerts.regroup import regroup
from reinfra.alerts.rules import Rules, scope
from reinfra.model import (
    MINUTE,
    ORIGIN_LABEL,
    Anomaly,
    IncidentState,
    SeriesKey,
    Severity,
    Transition,
)
from reinfra.store import Store, anomalies, incidents, outbox
from reinfra.store.incidents import StoredIncident
from tests.alerts.strange import T0, anomaly, key, known, save, save_as, undone

QUIET, REOPEN = 30, 120  # minutes, the default rules
JOB = {"slurm.job.id": "7"}
A, B = key("i-53ea38"), key("i-53ea38", "aws.ec2.network.receive")
OTHER = key("i-000001")
RANKS = [key(f"rank-{n}", **JOB) for n in range(3)]


def at(minute: float) -> int:
    return T0 + round(minute * MINUTE)


def seen(store: Store, found: list[Anomaly], until: float) -> list[StoredIncident]:
    """Save anomalies and group, with the data searched up to minute `until`. The incidents that changed."""
    save(store, found)
    return regroup(store, until=at(until), now=at(until), channels=["file"])


def kinds(store: Store, incident: StoredIncident) -> list[Transition]:
    with store.reading() as connection:
        return [one.kind for one in incidents.transitions(connection, incident.id)]


def messages(store: Store, incident: StoredIncident) -> list[Transition]:
    with store.reading() as connection:
        return [one.notice.transition for one in outbox.of_incident(connection, incident.id)]


def test_one_anomaly_opens_an_incident_that_says_what_where_and_what_was_expected(
    store: Store,
) -> None:
    (incident,) = seen(store, [anomaly(A, 0, 5)], until=6)
    assert incident.title == "EC2 CPU utilization 98 % on i-53ea38, expected 35 % to 47 %"
    assert (incident.scope, incident.state) == ("host i-53ea38", IncidentState.OPEN)
    assert (incident.since, incident.until, incident.series_count) == (at(0), at(5), 1)
    assert messages(store, incident) == kinds(store, incident) == [Transition.OPENED]


def test_series_of_one_host_are_one_incident_and_hosts_are_separate(store: Store) -> None:
    found = [anomaly(A, 0, 5), anomaly(B, 3, 9), anomaly(OTHER, 0, 5)]
    first, second = seen(store, found, until=10)
    assert {first.scope: first.series_count, second.scope: second.series_count} == {
        "host i-53ea38": 2,
        "host i-000001": 1,
    }


def test_a_new_anomaly_joins_the_open_incident_without_another_message(store: Store) -> None:
    (first,) = seen(store, [anomaly(A, 0, 5)], until=6)
    (again,) = seen(store, [anomaly(B, 20, 25)], until=26)
    assert (again.id, again.until, again.series_count) == (first.id, at(25), 2)
    assert messages(store, again) == [Transition.OPENED]


def test_an_anomaly_that_goes_on_keeps_its_incident_open(store: Store) -> None:
    (first,) = seen(store, [anomaly(A, 0, 5)], until=6)
    (longer,) = seen(store, [anomaly(A, 0, 50)], until=51)
    assert (longer.id, longer.until, longer.state) == (first.id, at(50), IncidentState.OPEN)


def test_an_incident_resolves_after_a_quiet_time_of_data_and_not_before(store: Store) -> None:
    seen(store, [anomaly(A, 0, 5)], until=6)
    assert seen(store, [], until=5 + QUIET) == []
    (resolved,) = seen(store, [], until=5 + QUIET + 1)
    assert resolved.state is IncidentState.RESOLVED
    assert kinds(store, resolved) == [Transition.OPENED, Transition.RESOLVED]


def test_what_is_found_when_it_is_over_is_told_and_resolved_at_once(store: Store) -> None:
    (incident,) = seen(store, [anomaly(A, 0, 5)], until=500)
    assert incident.state is IncidentState.RESOLVED
    assert messages(store, incident) == [Transition.OPENED, Transition.RESOLVED]


def test_a_recently_resolved_incident_reopens_instead_of_a_new_one(store: Store) -> None:
    (first,) = seen(store, [anomaly(A, 0, 5)], until=50)
    (again,) = seen(store, [anomaly(A, 5 + REOPEN, 130)], until=131)
    assert (again.id, again.state) == (first.id, IncidentState.OPEN)
    assert kinds(store, again) == [Transition.OPENED, Transition.RESOLVED, Transition.OPENED]


def test_long_after_it_is_another_incident(store: Store) -> None:
    (first,) = seen(store, [anomaly(A, 0, 5)], until=50)
    (other,) = seen(store, [anomaly(A, 5 + REOPEN + 1, 130)], until=131)
    assert other.id != first.id


def test_evidence_of_the_past_reopens_nothing(store: Store) -> None:
    (first,) = seen(store, [anomaly(A, 10, 15)], until=50)
    (same,) = seen(store, [anomaly(B, 2, 8)], until=51)
    assert (same.id, same.state, same.since) == (first.id, IncidentState.RESOLVED, at(2))
    assert messages(store, same) == [Transition.OPENED, Transition.RESOLVED]


def test_a_missing_link_merges_two_incidents_and_keeps_their_history(store: Store) -> None:
    (first,) = seen(store, [anomaly(A, 0, 5)], until=50)
    (second,) = seen(store, [anomaly(A, 200, 210)], until=211)
    survivor, merged = seen(store, [anomaly(B, 100, 110)], until=212)
    assert (survivor.id, survivor.state) == (first.id, IncidentState.OPEN)
    assert (merged.id, merged.state) == (second.id, IncidentState.RESOLVED)
    with store.reading() as connection:
        assert len(anomalies.of_incident(connection, survivor.id)) == 3
        last = incidents.transitions(connection, merged.id)[-1]
        told = [one.notice.transition for one in outbox.of_incident(connection, first.id)]
        assert incidents.get(connection, second.id).merged_into == first.id
    assert last.comment == f"merged into {survivor.name}: the same trouble"
    assert Transition.MERGED in kinds(store, survivor)
    assert Transition.MERGED not in told
    assert seen(store, [], until=212) == []


def test_it_escalates_when_it_gets_worse_and_never_calms_down(store: Store) -> None:
    seen(store, [anomaly(A, 0, 5)], until=6)
    (worse,) = seen(store, [anomaly(B, 6, 7, Severity.CRITICAL)], until=8)
    (later,) = seen(store, [anomaly(B, 6, 9, Severity.INFO)], until=10)
    assert worse.severity is later.severity is Severity.CRITICAL
    assert kinds(store, worse) == [Transition.OPENED, Transition.ESCALATED]


def test_many_series_at_once_are_a_step_worse(store: Store) -> None:
    many = [anomaly(key("i-53ea38", **{"hw.id": str(n)}), 0, 5) for n in range(Rules().wide)]
    (incident,) = seen(store, many, until=6)
    assert incident.severity is Severity.CRITICAL
    assert incident.title.endswith("and 4 more series")


def test_a_fault_of_several_hosts_of_one_job_is_one_incident(store: Store) -> None:
    (first,) = seen(store, [anomaly(RANKS[0], 0, 9)], until=1)
    (same,) = seen(store, [anomaly(RANKS[1], 4, 9), anomaly(RANKS[2], 9, 12)], until=13)
    assert (same.id, same.scope, same.series_count) == (first.id, "job 7", 3)
    assert same.title.endswith("on 7, expected 35 % to 47 %, and 2 more series")
    assert same.severity is Severity.CRITICAL  # three hosts are a step worse
    assert dict(same.labels)["slurm.job.id"] == "7"
    later = seen(store, [anomaly(key("rank-9", **JOB), 30, 35)], until=36)
    assert [one.scope for one in later] == ["host rank-9"]  # not within minutes: another one


def test_what_a_scrape_calls_their_service_does_not_join_the_hardware_of_hosts(
    store: Store,
) -> None:
    exporter = {"service.name": "dcgm-exporter"}
    found = [anomaly(key(host, "hw.power", **exporter), 0, 5) for host in ("a", "b")]
    assert len(seen(store, found, until=6)) == 2


def test_what_nothing_joins_any_more_is_split_and_both_histories_say_so(store: Store) -> None:
    (one,) = seen(store, [anomaly(RANKS[0], 0, 9), anomaly(RANKS[1], 2, 9)], until=10)
    apart = Rules(topology=())
    kept, other = regroup(store, until=at(10), now=at(11), channels=["file"], rules=apart)
    assert (kept.id, kept.scope, kept.series_count) == (one.id, "host rank-0", 1)
    assert (other.scope, other.series_count) == ("host rank-1", 1)
    assert kinds(store, kept) == [Transition.OPENED, Transition.SPLIT]
    with store.reading() as connection:
        (opened,) = incidents.transitions(connection, other.id)
    assert opened.comment == f"split from {one.name}"
    assert regroup(store, until=at(10), now=at(12), rules=apart) == []


def test_more_than_three_reopenings_an_hour_are_flapping(store: Store) -> None:
    rules = Rules(quiet=MINUTE)
    for n in range(5):
        save(store, [anomaly(A, 10 * n, 10 * n + 1)])
        regroup(store, until=at(10 * n + 1), now=at(10 * n + 1), rules=rules)
        (incident,) = regroup(store, until=at(10 * n + 4), now=at(10 * n + 4), rules=rules)
    happened = kinds(store, incident)
    assert happened.count(Transition.OPENED) == 5
    assert happened.count(Transition.FLAPPING) == 1
    assert incident.flapping_until == at(11) + 60 * MINUTE  # when the first of four is an hour old


def test_a_signal_of_broken_hardware_is_critical_and_a_minor_one_only_information(
    store: Store,
) -> None:
    remap, power = key("a", "hw.gpu.row_remap.failed"), key("b", "hw.power")
    save(store, [anomaly(remap, 0, 5), anomaly(power, 0, 5)])
    found = regroup(store, until=at(6), now=at(6), rules=Rules(minor=("hw.power",)))
    assert {one.scope: one.severity for one in found} == {
        "host a": Severity.CRITICAL,
        "host b": Severity.INFO,
    }


def test_an_acknowledged_incident_stays_so_until_it_is_over(store: Store) -> None:
    (first,) = seen(store, [anomaly(A, 0, 5)], until=6)
    with store.writing() as connection:
        incidents.move(connection, first.id, Transition.ACKNOWLEDGED, by="ann", now=at(7))
    (going_on,) = seen(store, [anomaly(A, 0, 20)], until=21)
    (over,) = seen(store, [], until=21 + QUIET)
    assert going_on.state is IncidentState.ACKNOWLEDGED
    assert over.state is IncidentState.RESOLVED


def test_what_a_person_resolved_reopens_if_it_goes_on(store: Store) -> None:
    (first,) = seen(store, [anomaly(A, 0, 5)], until=6)
    with store.writing() as connection:
        incidents.move(connection, first.id, Transition.RESOLVED, by="ann", now=at(7))
    assert seen(store, [], until=8) == []
    (again,) = seen(store, [anomaly(A, 0, 12)], until=13)
    assert (again.id, again.state) == (first.id, IncidentState.OPEN)


def test_recorded_and_live_series_of_one_host_are_not_mixed(store: Store) -> None:
    recorded = key("i-53ea38", **{ORIGIN_LABEL: "recorded"})
    found = seen(store, [anomaly(A, 0, 5), anomaly(recorded, 0, 5)], until=6)
    assert sorted(one.origin for one in found) == ["live", "recorded"]


def test_a_backfill_without_channels_wakes_nobody(store: Store) -> None:
    save(store, [anomaly(A, 0, 5)])
    (incident,) = regroup(store, until=at(500), now=at(500))
    assert messages(store, incident) == []
    assert kinds(store, incident) == [Transition.OPENED, Transition.RESOLVED]


def test_the_first_to_move_are_named_first(store: Store) -> None:
    (incident,) = seen(store, [anomaly(A, 4, 9, score=90.0), anomaly(B, 1, 9)], until=10)
    with store.reading() as connection:
        (message,) = outbox.of_incident(connection, incident.id)
    assert "network.receive" in message.notice.reasons[0]
    assert "cpu.utilization" in message.notice.reasons[1]
    assert message.notice.kind == "utilization"


def test_grouping_works_on_postgresql(postgres_url: str) -> None:
    from reinfra.store import open_store

    store = open_store(postgres_url)
    (incident,) = seen(store, [anomaly(A, 0, 5), anomaly(B, 1, 6)], until=500)
    assert messages(store, incident) == [Transition.OPENED, Transition.RESOLVED]
    store.engine.dispose()


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"host.name": "a", "service.name": "s"}, "host a"),
        ({"host.id": "i-53ea38"}, "host i-53ea38"),
        ({"service.name": "decode", "cloud.resource_id": "r"}, "service decode"),
        ({"cloud.resource_id": "arn:x"}, "resource arn:x"),
        ({"queue": "q"}, 'series depth{queue="q"}'),
    ],
)
def test_a_scope_is_the_host_else_the_service_else_the_resource_else_the_series(
    labels: dict[str, str], expected: str
) -> None:
    assert scope(SeriesKey.of("depth", labels)) == expected


SOME = [A, B, *RANKS]
episodes = st.lists(
    st.builds(
        lambda of, since, length: anomaly(of, since, since + length),
        st.sampled_from(SOME),
        st.integers(0, 900),
        st.integers(0, 60),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda one: (one.key, one.since),
)
each_example = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _apply(connection: Connection, until: int) -> list[StoredIncident]:
    everything = incidents.listing(connection, limit=1_000)
    found = anomalies.between(connection, 0, 2**62)
    changes = group(found, everything, until)
    return incidents.apply(connection, changes, now=until, channels=["file"])


def _grouped(connection: Connection) -> set[tuple[object, ...]]:
    """The incidents that hold anomalies, without their ids."""
    stored = {one.id: one for one in incidents.listing(connection, limit=1_000)}
    held: dict[int, set[tuple[str, int]]] = {}
    for one in anomalies.between(connection, 0, 2**62):
        assert one.incident_id is not None
        held.setdefault(one.incident_id, set()).add((str(one.found.key), one.found.since))
    return {
        (
            stored[id_].scope,
            stored[id_].since,
            stored[id_].until,
            stored[id_].title,
            stored[id_].severity,
            stored[id_].state,
            frozenset(members),
        )
        for id_, members in held.items()
    }


@each_example
@given(found=episodes, until=st.integers(0, 1_200))
def test_grouping_twice_changes_nothing(store: Store, found: list[Anomaly], until: int) -> None:
    ids = known(store, SOME)
    with undone(store) as connection:
        save_as(connection, ids, found)
        assert _apply(connection, at(until))
        assert _apply(connection, at(until)) == []


@each_example
@given(found=episodes, data=st.data())
def test_evidence_in_any_order_and_portions_ends_in_the_same_incidents(
    store: Store, found: list[Anomaly], data: st.DataObject
) -> None:
    ids = known(store, SOME)
    with undone(store) as connection:
        save_as(connection, ids, found)
        _apply(connection, at(1_200))
        at_once = _grouped(connection)
    with undone(store) as connection:
        for one in data.draw(st.permutations(found)):
            save_as(connection, ids, [one])
            if data.draw(st.booleans()):
                _apply(connection, at(data.draw(st.integers(0, 1_200))))
        _apply(connection, at(1_200))
        assert _grouped(connection) == at_once


@each_example
@given(found=episodes)
def test_every_opening_is_followed_by_one_resolve_and_each_has_its_message(
    store: Store, found: list[Anomaly]
) -> None:
    ids = known(store, SOME)
    with undone(store) as connection:
        for one in sorted(found, key=lambda one: one.since):
            save_as(connection, ids, [one])
            _apply(connection, one.until)
        _apply(connection, at(1_200))
        for incident in incidents.listing(connection):
            happened = [one.kind for one in incidents.transitions(connection, incident.id)]
            told = [one.notice.transition for one in outbox.of_incident(connection, incident.id)]
            silent = {Transition.MERGED, Transition.SPLIT, Transition.FLAPPING}
            assert told == [kind for kind in happened if kind not in silent]
            turns = [kind for kind in told if kind is not Transition.ESCALATED]
            pairs = [Transition.OPENED, Transition.RESOLVED] * (len(turns) // 2)
            assert turns == pairs
