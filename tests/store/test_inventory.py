"""What subjects are, since when, and what changed."""

from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reinfra.model import DAY, HOUR, MINUTE, Fact, Report, Subject, subject
from reinfra.store import Store, inventory, ledger
from reinfra.store.inventory import Changed, StoredFact
from tests.store.conftest import NOW

HOST = subject({"host.name": "a"})
GPU = subject({"host.name": "a", "hw.id": "GPU-1"})
DRIVER = "nvidia.driver.version"


def _say(store: Store, at: int, *facts: Fact, source: str = "nvidia") -> None:
    ledger.record(store, source, Report(facts=facts), at)


def _now(store: Store) -> list[StoredFact]:
    with store.reading() as connection:
        return inventory.current(connection)


def _changes(store: Store, since: int = 0, until: int = NOW + DAY) -> list[Changed]:
    with store.reading() as connection:
        return inventory.changes(connection, since, until)


def test_a_fact_holds_from_when_it_was_first_said(held: Store) -> None:
    for hour in range(3):
        _say(held, NOW + hour * HOUR, Fact(HOST, DRIVER, "570"))
    _say(held, NOW + 2 * HOUR + MINUTE, Fact(HOST, DRIVER, "570"))
    assert _now(held) == [StoredFact("nvidia", HOST, DRIVER, "570", NOW, NOW + 2 * HOUR)]
    assert _changes(held) == []


def test_another_value_is_a_change_with_its_time(held: Store) -> None:
    _say(held, NOW, Fact(HOST, DRIVER, "570"), Fact(HOST, "host.type", "p5.48xlarge"))
    _say(held, NOW + HOUR, Fact(HOST, DRIVER, "580"), Fact(HOST, "host.type", "p5.48xlarge"))
    assert _changes(held) == [Changed(NOW + HOUR, "nvidia", HOST, DRIVER, "570", "580")]
    assert [one.value for one in _now(held) if one.name == DRIVER] == ["580"]
    assert _changes(held, NOW + HOUR + 1) == []
    assert _changes(held, until=NOW + HOUR) == []


def test_what_is_not_said_again_still_holds(held: Store) -> None:
    _say(held, NOW, Fact(HOST, DRIVER, "570"))
    _say(held, NOW + HOUR, Fact(HOST, "host.type", "p5.48xlarge"))
    assert {one.name for one in _now(held)} == {DRIVER, "host.type"}


def test_two_sources_that_disagree_make_no_change(held: Store) -> None:
    for minute in range(2):
        _say(held, NOW + minute, Fact(HOST, DRIVER, "570"), source="nvml")
        _say(held, NOW + minute, Fact(HOST, DRIVER, "570.124"), source="scrape")
    assert _changes(held) == []


def test_several_values_of_one_name_are_one(held: Store) -> None:
    _say(held, NOW, Fact(HOST, "model", "b"), Fact(HOST, "model", "a"))
    _say(held, NOW + 1, Fact(HOST, "model", "a"), Fact(HOST, "model", "b"))
    assert [one.value for one in _now(held)] == ["a, b"]
    assert _changes(held) == []


def test_changes_near_something_are_those_that_share_its_labels(held: Store) -> None:
    other = subject({"host.name": "b"})
    for at, value in ((NOW, "1"), (NOW + HOUR, "2")):
        _say(held, at, *(Fact(one, DRIVER, value) for one in (HOST, GPU, other)))
    labels = subject({"host.name": "a", "hw.id": "GPU-2", "reinfra.origin": "live"})
    assert {one.subject for one in inventory.near(_changes(held), [labels])} == {HOST}
    assert {one.subject for one in inventory.near(_changes(held), [HOST])} == {HOST, GPU}
    assert inventory.near(_changes(held), [subject({"model": "m"})]) == []


def test_a_fact_that_nobody_said_for_over_a_year_is_forgotten(held: Store) -> None:
    _say(held, NOW, Fact(HOST, DRIVER, "570"), Fact(GPU, DRIVER, "570"))
    _say(held, NOW + 399 * DAY, Fact(HOST, DRIVER, "570"))
    with held.writing() as connection:
        assert ledger.expire(connection, NOW + 401 * DAY) == 1
    assert [one.subject for one in _now(held)] == [HOST]


_sources = (f"s{number}" for number in count())


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from([HOST, GPU]), st.sampled_from("123")), max_size=12))
def test_the_changes_lead_from_the_first_value_to_the_present_one(
    store: Store, said: list[tuple[Subject, str]]
) -> None:
    source = next(_sources)
    for at, (about, value) in enumerate(said):
        _say(store, NOW + at, Fact(about, DRIVER, value), source=source)
    changes = [one for one in reversed(_changes(store)) if one.source == source]
    now = [one for one in _now(store) if one.source == source]
    for about in (HOST, GPU):
        values = [value for one, value in said if one == about]
        seen = values[:1] + [one.after for one in changes if one.subject == about]
        assert seen == [v for i, v in enumerate(values) if i == 0 or v != values[i - 1]]
        assert [one.value for one in now if one.subject == about] == seen[-1:]
