"""Who is told when: groups, mutes and what comes after them, reminders, ends. Against a real store."""

import pytest

from reinfra.config.matchers import parse_all
from reinfra.model import HOUR, InputError, Severity
from reinfra.store import Store, incidents, silences
from reinfra.store.silences import Silence
from tests.alerts.routing.scene import MINUTE, SECOND, T0, Scene, channels, policy

OPENED, RESOLVED, ESCALATED = "opened", "resolved", "escalated"
PLAIN = '[[route]]\nreceiver = "ops"\ngroup_by = ["..."]\n'
AT_ONCE = PLAIN + "group_wait = 0\ngroup_interval = 0\n"


def silenced(scene: Scene, matchers: str, minutes: float) -> Silence:
    wanted = Silence(
        0, parse_all(matchers), scene.now, scene.now + round(minutes * MINUTE), "ann", "a trial"
    )
    with scene.store.writing() as connection:
        return silences.add(connection, wanted, scene.now)


def test_without_routes_every_transition_is_told_at_once(any_store: Store) -> None:
    scene = Scene(any_store, channels("console"))
    one = scene.opens()
    scene.worse(one)
    scene.acks(one)
    scene.ends(one)
    kinds = [OPENED, ESCALATED, "acknowledged", RESOLVED]
    assert scene.told == [("console", kind, one.name) for kind in kinds]
    assert scene.after(24 * HOUR).told == 0


def test_a_group_waits_and_is_told_in_one_message_that_names_all(any_store: Store) -> None:
    scene = Scene(any_store, policy('[[route]]\nreceiver = "ops"\ngroup_by = ["fleet"]'))
    first = scene.opens("h1", fleet="x")
    scene.after(20 * SECOND)
    second = scene.opens("h2", Severity.CRITICAL, fleet="x")
    other = scene.opens("h3", fleet="y")
    assert scene.told == []
    scene.after(10 * SECOND)  # 30 s after the first of fleet x
    assert scene.told == [("ops", OPENED, second.name)]  # the worst
    assert scene.why(first)[-1][1].endswith(f"in the message of {second.name}")
    scene.after(20 * SECOND)
    assert scene.told[1:] == [("ops", OPENED, other.name)]
    late = scene.opens("h4", fleet="x")
    scene.after(4 * MINUTE)
    assert scene.told[2:] == []  # its group was told: the next time is 5 minutes after that
    scene.after(MINUTE)
    assert scene.told[2:] == [("ops", OPENED, late.name)]


def test_what_is_over_before_its_group_is_told_is_never_told_and_that_is_kept(
    store: Store,
) -> None:
    scene = Scene(store, policy(PLAIN))
    one = scene.opens()
    scene.after(10 * SECOND)
    scene.ends(one)
    scene.after(HOUR)
    assert scene.told == []
    verdict, why = scene.why(one)[-1]
    assert verdict == "nothing"
    assert why.startswith("it was over before it was told (group_wait of route 1")


def test_an_end_is_told_with_its_group_and_a_new_beginning_waits_anew(store: Store) -> None:
    scene = Scene(store, policy(PLAIN))
    one = scene.opens()
    scene.after(30 * SECOND)
    scene.after(MINUTE)
    scene.ends(one)
    assert scene.told[1:] == []
    scene.after(4 * MINUTE)
    assert scene.told[1:] == [("ops", RESOLVED, one.name)]
    scene.again(one)
    scene.after(30 * SECOND)
    assert scene.told[2:] == [("ops", OPENED, one.name)]


def test_what_stays_open_is_told_again_until_somebody_acknowledges_it(store: Store) -> None:
    scene = Scene(store, policy(PLAIN + 'repeat_interval = "1h"\n'))
    one = scene.opens()
    scene.after(30 * SECOND)
    for _ in range(130):  # to two hours and ten minutes
        scene.after(MINUTE)
    repeated = ("ops", "repeated", one.name)
    assert scene.told == [("ops", OPENED, one.name), repeated, repeated]
    scene.acks(one)
    scene.after(5 * HOUR)
    assert scene.told[3:] == [("ops", "acknowledged", one.name)]


def test_a_silence_mutes_and_what_is_still_open_is_told_when_it_ends(any_store: Store) -> None:
    scene = Scene(any_store, policy(AT_ONCE))
    silenced(scene, 'host.name="h1"', 10)
    quiet, loud = scene.opens("h1"), scene.opens("h2")
    assert scene.told == [("ops", OPENED, loud.name)]
    assert scene.why(quiet) == [("mute", "silence 1 by ann: a trial")]
    for _ in range(9):
        scene.after(MINUTE)
    assert len(scene.why(quiet)) == 1  # looked at often, said once
    scene.after(MINUTE)
    assert scene.told[1:] == [("ops", OPENED, quiet.name)]


def test_an_end_goes_to_whoever_got_the_opening_though_silenced_since(store: Store) -> None:
    scene = Scene(store, policy(AT_ONCE))
    told = scene.opens("h1")
    silenced(scene, 'host.name=~"h."', 60)
    hushed = scene.opens("h2")
    scene.ends(told)
    scene.ends(hushed)
    assert scene.told == [("ops", OPENED, told.name), ("ops", RESOLVED, told.name)]


def test_of_overlapping_silences_the_last_to_end_counts_and_expiring_it_tells(
    store: Store,
) -> None:
    scene = Scene(store, policy(AT_ONCE))
    silenced(scene, 'host.name="h1"', 10)
    longer = silenced(scene, 'severity="warning"', 60)
    one = scene.opens("h1")
    assert scene.why(one)[-1][1].startswith(longer.name)
    scene.after(20 * MINUTE)
    assert scene.told == []
    with store.writing() as connection:
        silences.expire(connection, longer.id, scene.now)
    scene.after(MINUTE)
    assert scene.told == [("ops", OPENED, one.name)]


def test_an_inhibited_incident_is_told_once_what_inhibits_it_is_over(store: Store) -> None:
    rule = (
        "[[inhibit]]\nsource_matchers = ['scope=\"job\"']\n"
        'target_matchers = [\'scope!="job"\']\nequal = ["fleet"]\n'
    )
    scene = Scene(store, policy(AT_ONCE + rule))
    cause = scene.opens("j", scope="job", fleet="x")
    effect, other = scene.opens("h1", fleet="x"), scene.opens("h2", fleet="y")
    assert [name for *_, name in scene.told] == [cause.name, other.name]
    assert scene.why(effect)[0][1].startswith(f"inhibited by {cause.name}, by {{scope=")
    scene.ends(cause)
    scene.after(0)
    assert scene.told[-1] == ("ops", OPENED, effect.name)


def test_what_matches_both_sides_does_not_inhibit_its_like_and_absent_labels_are_alike(
    store: Store,
) -> None:
    rule = '[[inhibit]]\nsource_matchers = "severity=~\\".+\\""\ntarget_matchers = "incident=~\\".+\\""\n'
    scene = Scene(store, policy(AT_ONCE + rule))
    scene.opens("h1")
    scene.opens("h2")
    assert len(scene.told) == 2
    one_sided = (
        "[[inhibit]]\nsource_matchers = 'severity=\"critical\"'\n"
        'target_matchers = \'severity="warning"\'\nequal = ["nobody.has.it"]\n'
    )
    scene.policy = policy(AT_ONCE + one_sided)
    scene.opens("h3", Severity.CRITICAL)
    scene.opens("h4")
    assert len(scene.told) == 3


NIGHT = """mute_time_intervals = ["night"]
[[time_interval]]
name = "night"
[[time_interval.time_intervals]]
times = [{ start_time = "12:00", end_time = "12:30" }]
"""


def test_a_muted_route_tells_after_the_time_interval_and_an_active_one_in_it(
    store: Store,
) -> None:
    scene = Scene(store, policy(AT_ONCE + NIGHT))
    one = scene.opens()
    scene.after(29 * MINUTE)
    assert scene.why(one) == [("mute", "in the mute time interval night")]
    scene.after(MINUTE)
    assert scene.told == [("ops", OPENED, one.name)]
    scene.policy = policy(AT_ONCE + NIGHT.replace("mute_time", "active_time"))
    scene.opens("h2")
    assert len(scene.told) == 1  # half past twelve is outside of it


def test_maintenance_that_comes_again_mutes(store: Store) -> None:
    window = (
        '[[maintenance]]\nname = "patching"\nmatchers = "host.name=h1"\ntime_intervals = "night"\n'
    )
    times = NIGHT.partition("\n")[2]
    scene = Scene(store, policy(AT_ONCE + times + window))
    one = scene.opens("h1")
    assert scene.why(one) == [("mute", "maintenance window patching")]
    scene.after(30 * MINUTE)
    assert scene.told == [("ops", OPENED, one.name)]


def test_a_snoozed_incident_is_quiet_but_for_its_end(store: Store) -> None:
    scene = Scene(store, policy(AT_ONCE + 'repeat_interval = "10m"\n'))
    one = scene.opens()
    with store.writing() as connection:
        incidents.snooze(connection, one.id, scene.now + HOUR, by="ann", now=scene.now)
    scene.after(30 * MINUTE)
    scene.worse(one)
    assert scene.told == [("ops", OPENED, one.name)]
    scene.after(30 * MINUTE)
    assert scene.told[1:] == [("ops", ESCALATED, one.name)]
    scene.ends(one)
    assert scene.told[2:] == [("ops", RESOLVED, one.name)]


def test_a_flapping_incident_is_told_once_more_and_then_when_it_settles(store: Store) -> None:
    scene = Scene(store, policy(AT_ONCE))
    one = scene.opens()
    for _ in range(6):
        scene.ends(one)
        scene.after(MINUTE)
        scene.again(one)
    openings = [kind for _, kind, _ in scene.told if kind == OPENED]
    assert len(openings) == 5  # the first, three reopenings, and the one that makes it flapping
    assert scene.why(one)[-1] == ("mute", "flapping")
    scene.after(HOUR)
    assert scene.told[-1] == ("ops", OPENED, one.name)


def test_a_receiver_that_wants_no_ends_gets_none_and_the_next_opening(store: Store) -> None:
    deaf = '[[receiver]]\nkind = "console"\nname = "deaf"\nsend_resolved = false\n'
    scene = Scene(store, policy(deaf + AT_ONCE.replace('"ops"', '"deaf"')))
    one = scene.opens()
    scene.ends(one)
    scene.again(one)
    assert [kind for _, kind, _ in scene.told] == [OPENED, OPENED]


def test_who_hears_of_the_worse_only_is_told_and_so_is_who_knew_before(store: Store) -> None:
    critical = '[[route]]\nreceiver = "pager"\nmatchers = \'severity="critical"\'\ngroup_wait = 0\n'
    scene = Scene(store, policy(critical + AT_ONCE))
    one = scene.opens()
    scene.worse(one)
    scene.ends(one)
    scene.after(5 * MINUTE)
    assert sorted(scene.told) == [
        ("ops", ESCALATED, one.name),
        ("ops", OPENED, one.name),
        ("ops", RESOLVED, one.name),
        ("pager", ESCALATED, one.name),
        ("pager", RESOLVED, one.name),
    ]


def test_what_nobody_heard_of_again_is_resolved_as_timed_out(store: Store) -> None:
    from reinfra.alerts.routing.tick import tick

    scene = Scene(store, policy(AT_ONCE))
    one = scene.opens()
    assert tick(store, scene.policy, T0 + HOUR, timeout=HOUR).timed_out == 0
    assert tick(store, scene.policy, T0 + HOUR + 1, timeout=HOUR).timed_out == 1
    assert scene.told[-1] == ("ops", RESOLVED, one.name)
    with store.reading() as connection:
        last = incidents.transitions(connection, one.id)[-1]
    assert "not seen to recover" in last.comment


def test_routes_that_lead_nowhere_are_on_record(store: Store) -> None:
    scene = Scene(store, channels())
    one = scene.opens()
    assert scene.why(one) == [
        ("nothing", "no route leads to a receiver, and alerts.channels is empty")
    ]


def test_a_tick_with_nothing_due_writes_nothing(store: Store) -> None:
    scene = Scene(store, policy(AT_ONCE))
    scene.opens()
    with store.write_locked():
        assert scene.after(10 * SECOND).looked == 0


@pytest.mark.parametrize(
    ("matchers", "begins", "ends", "why"),
    [
        ("", 0, 10, "no matcher"),
        ('a=""', 0, 10, "empty label"),
        ('a=~".*"', 0, 10, "empty label"),
        ("a=b", -20, -10, "past"),
        ("a=b", 20, 10, "before it begins"),
        ("a=b", 0, 10**9, "ten years"),
    ],
)
def test_a_silence_that_would_do_nothing_or_too_much_is_refused(
    store: Store, matchers: str, begins: int, ends: int, why: str
) -> None:
    wanted = Silence(
        0, parse_all(matchers), T0 + begins * MINUTE, T0 + ends * MINUTE, "ann", "a trial"
    )
    with (
        store.writing() as connection,
        pytest.raises(InputError, match=why),
    ):
        silences.add(connection, wanted, T0)
