import pytest

from reinfra.alerts import deadman
from reinfra.config.deadman import DeadmanSettings
from reinfra.model import DAY, MINUTE, SECOND, IncidentState, Transition
from reinfra.store import Store, heartbeats, incidents, outbox
from reinfra.store.heartbeats import Beat

T0 = 1_750_000_000_000
SETTINGS = DeadmanSettings()


def _beat(store: Store, loop: str, at: int, every: float | None = 60.0) -> None:
    with store.writing() as connection:
        heartbeats.beat(connection, loop, at, every=every)


def _watch(store: Store, now: int) -> list[str]:
    return [one.title for one in deadman.watch(store, SETTINGS, now, channels=("file",))]


def test_a_loop_that_stops_is_told_once_and_told_again_when_it_is_back(any_store: Store) -> None:
    _beat(any_store, "detect", T0)
    assert _watch(any_store, T0 + 3 * MINUTE) == []
    assert _watch(any_store, T0 + 3 * MINUTE + SECOND) == ["reinfra detect has stopped"]
    assert _watch(any_store, T0 + 10 * MINUTE) == []
    _beat(any_store, "detect", T0 + 11 * MINUTE)
    assert len(_watch(any_store, T0 + 11 * MINUTE)) == 1
    with any_store.reading() as connection:
        (one,) = incidents.listing(connection)
        told = [message.notice for message in outbox.of_incident(connection, one.id)]
    assert one.state is IncidentState.RESOLVED
    assert [notice.transition for notice in told] == [Transition.OPENED, Transition.RESOLVED]
    assert "nothing is searched" in told[0].reasons[0]
    assert _watch(any_store, T0 + 11 * MINUTE) == []


def test_grouping_leaves_its_incident_alone(store: Store) -> None:
    from reinfra.alerts.regroup import regroup

    _beat(store, "collect", T0)
    _watch(store, T0 + 10 * MINUTE)
    assert regroup(store, until=T0 + DAY, now=T0 + DAY) == []
    with store.reading() as connection:
        assert incidents.listing(connection)[0].state is IncidentState.OPEN


def test_another_host_may_search_in_place_of_one_but_not_collect_for_it() -> None:
    old = Beat("detect", "a", T0, 60.0, True, 9, 1, "0")  # noqa: FBT003
    fresh = Beat("detect", "b", T0 + DAY, 60.0, True, 9, 1, "0")  # noqa: FBT003
    collected = [
        Beat("collect", host, at, 60.0, True, 9, 1, "0")  # noqa: FBT003
        for host, at in (("a", T0), ("b", T0 + DAY))
    ]
    found = deadman.pulses([old, fresh, *collected], SETTINGS, T0 + DAY)
    assert [(one.loop, one.host, one.stopped) for one in found] == [
        ("detect", "b", False),
        ("collect", "a", True),
        ("collect", "b", False),
    ]


def test_a_scheduler_s_rhythm_is_learned_and_runs_by_hand_teach_nothing(store: Store) -> None:
    for second in range(9):
        _beat(store, "detect", T0 + second * SECOND, every=None)
    assert deadman.look(store, SETTINGS, T0 + DAY)[0].limit is None
    for number in range(1, 6):
        _beat(store, "detect", T0 + number * 5 * MINUTE, every=None)
    (one,) = deadman.look(store, SETTINGS, T0 + DAY)
    assert one.limit == pytest.approx(15 * MINUTE, rel=0.05)
    assert one.stopped
    stated = SETTINGS.model_copy(update={"detect": 3600.0, "after": 48.0})
    assert not deadman.look(store, stated, T0 + DAY)[0].stopped


def test_a_host_that_is_gone_for_good_can_be_forgotten(store: Store) -> None:
    _beat(store, "collect", T0)
    _watch(store, T0 + DAY)
    with store.writing() as connection:
        host = heartbeats.listing(connection)[0].host
        assert heartbeats.forget(connection, host) == 1
    assert len(_watch(store, T0 + DAY)) == 1
    with store.reading() as connection:
        assert incidents.listing(connection)[0].state is IncidentState.RESOLVED
