"""The routing tree as Alertmanager's documentation describes it (docs/configuration.md, "<route>")."""

import pytest

from reinfra.config import Settings
from reinfra.model import HOUR, MINUTE, SECOND
from tests.alerts.routing.scene import policy

TREE = """
[[route]]
receiver = "ops"
group_by = ["fleet"]
repeat_interval = "1h"

[[route.routes]]
receiver = "a"
matchers = ['team="search"']
[[route.routes.routes]]
matchers = ['severity="critical"']
receiver = "pager"
continue = true
group_wait = "1m"
[[route.routes.routes]]
matchers = ['severity=~"crit.*", place=~".*"']
receivers = ["b", "c"]
group_by = []

[[route.routes]]
matchers = ['team=~"train|eval"']
receiver = "b"
"""


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ({}, ["ops"]),  # the top takes what no route below does
        ({"team": "search"}, ["a"]),
        ({"team": "search", "severity": "warning"}, ["a"]),
        ({"team": "search", "severity": "critical"}, ["pager", "b", "c"]),  # `continue`
        ({"team": "eval", "severity": "critical"}, ["b"]),
        ({"team": "evaluation"}, ["ops"]),
    ],
)
def test_an_incident_goes_to_the_first_that_matches_at_every_level(
    labels: dict[str, str], receivers: list[str]
) -> None:
    assert [name for _, name in policy(TREE).targets(labels)] == receivers


def test_what_a_route_does_not_say_it_has_from_above() -> None:
    found = policy(TREE).root.match({"team": "search", "severity": "critical"})
    critical, every = found
    assert (critical.group_by, every.group_by) == (("fleet",), ())
    assert (critical.group_wait, every.group_wait) == (MINUTE, 30 * SECOND)
    assert {one.repeat_interval for one in found} == {HOUR}
    assert {one.group_interval for one in found} == {5 * MINUTE}
    assert critical.path == 'route 1.1.1 {severity="critical"}'


def test_what_no_route_takes_is_told_at_once_on_the_channels_and_once() -> None:
    ruled = policy('[alerts]\nchannels = ["console"]\n[[route]]\nmatchers = "a=b"\nreceiver = "a"')
    ((route, receiver),) = ruled.targets({})
    assert (receiver, route.path) == ("console", "alerts.channels")
    assert (route.group_wait, route.group_interval, route.repeat_interval) == (0, 0, 0)


def test_a_receiver_that_two_routes_lead_to_is_told_once_by_the_first() -> None:
    ruled = policy('[[route]]\nreceiver = "a"\ncontinue = true\n[[route]]\nreceiver = "a"')
    ((route, _),) = ruled.targets({})
    assert route.path == "route 1 {}"


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        ('[[route]]\nreceiver = "nobody"', "route 1 names the receiver 'nobody'"),
        ('[[route]]\n[[route.routes]]\nreceiver = "x"', "route 1.1 names the receiver 'x'"),
        ('[[route]]\nmute_time_intervals = "night"', "the time interval 'night'"),
        ('[[route]]\nmatchers = "a"', "not a matcher: 'a'"),
        ('[[route]]\nmatchers = ["a=~\\"[\\""]', "not a matcher"),
        ('[[route]]\ngroup_wait = "5 minutes"', "not a duration"),
        ('[[route]]\nrepeat = "1h"', "Extra inputs"),
        ('[[inhibit]]\nsource_matchers = []\ntarget_matchers = ["a=b"]', "at least 1 item"),
        (
            '[[maintenance]]\nname = "m"\nmatchers = "a=b"\ntime_intervals = "night"',
            "m names the time interval 'night'",
        ),
    ],
)
def test_what_is_wrong_with_a_rule_is_said_when_settings_are_read(toml: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        policy(toml)


def test_without_a_rule_everything_goes_to_the_channels() -> None:
    from reinfra.alerts.routing.policy import Policy

    assert [name for _, name in Policy.of(Settings()).targets({})] == ["console"]
