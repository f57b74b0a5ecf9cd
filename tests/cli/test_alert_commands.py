"""`reinfra alerts`: silences, snoozes, routes and the import, as a person types them."""

import json
import tomllib
from datetime import datetime
from pathlib import Path

import pytest

from reinfra.config import Settings
from reinfra.model import IncidentState, Severity, Transition, system_clock
from reinfra.store import incidents, open_store
from reinfra.store.incidents import Change, Event, StoredIncident
from tests.cli.conftest import Run

SETTINGS = """
[[receiver]]
kind = "file"
name = "ops"
path = "ops.jsonl"

[[route]]
receiver = "ops"
matchers = 'severity="critical"'
mute_time_intervals = ["night"]

[[time_interval]]
name = "night"
time_intervals = [{ times = [{ start_time = "00:00", end_time = "24:00" }] }]
"""


@pytest.fixture
def opened(reinfra: Run, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in a folder with settings, and one open incident in its database."""
    monkeypatch.setenv("REINFRA_DATABASE_URL", sqlite_url)
    Path("reinfra.toml").write_text(SETTINGS)
    store, now = open_store(sqlite_url), system_clock()
    plain = StoredIncident(
        0, "host a", "hot on a", Severity.CRITICAL, IncidentState.OPEN, now, now, 1, "live"
    )
    change = Change(plain, None, events=(Event(Transition.OPENED),))
    with store.writing() as connection:
        incidents.apply(connection, [change], now=now)
    store.engine.dispose()
    return reinfra


def test_an_incident_is_snoozed_acknowledged_and_resolved(opened: Run) -> None:
    assert "quiet until" in opened("alerts", "snooze", "INC-1", "--for", "2h").out
    assert "open, snoozed" in opened("alerts", "list").out
    said = opened("alerts", "ack", "INC-1", "--by", "ann", "--comment", "on it").out
    assert said == "INC-1 is acknowledged by ann\n"
    assert opened("alerts", "list", "--state", "open").out == "No incident.\n"
    assert opened("alerts", "resolve", "INC-1", "--by", "ann").code == 0
    (only,) = json.loads(opened("alerts", "list", "--state", "resolved", "--json").out)
    assert only["state"] == "resolved"
    assert "already resolved by ann" in opened("alerts", "snooze", "INC-1", "--for", "2h").out


def test_a_silence_is_added_listed_and_expired_as_with_amtool(opened: Run) -> None:
    added = opened(
        *("alerts", "silence", "add", "hw.temperature", 'host.name=~"a.*"'),
        *("--for", "2h", "--comment", "a trial", "--author", "ann", "--json"),
    )
    document = json.loads(added.out)
    assert document["matchers"][0] == {"name": "alertname", "op": "=", "value": "hw.temperature"}
    length = [datetime.fromisoformat(document[name]) for name in ("starts_at", "ends_at")]
    assert (length[1] - length[0]).total_seconds() == 7200
    listed = opened("alerts", "silence", "list").out
    assert all(word in listed for word in ("active", "ann", "a trial", "host.name=~"))
    assert opened("alerts", "silence", "expire", "1").out == "silence 1 is over\n"
    assert opened("alerts", "silence", "list").out == "No silence.\n"
    assert "expired" in opened("alerts", "silence", "list", "--expired").out
    assert opened("alerts", "silence", "expire", "1").code == 2


def test_a_silence_can_come_again_in_a_time_interval_of_the_settings(opened: Run) -> None:
    arguments = ("alerts", "silence", "add", "a=b", "--comment", "x", "--during")
    assert json.loads(opened(*arguments, "night", "--json").out)["recurring"] is True
    wrong = opened(*arguments, "day")
    assert wrong.code == 2
    assert "there are night" in wrong.err


def test_routes_are_shown_and_tried_with_the_reason(opened: Run) -> None:
    shown = opened("alerts", "route", "show").out.splitlines()
    assert shown[0].startswith("alerts.channels -> console; by ...; wait 0s")
    assert shown[1].startswith('  route 1 {severity="critical"} -> ops; by nothing: all together')
    said = opened("alerts", "route", "test", "severity=critical").out
    assert said.startswith("ops: not now: in the mute time interval night; by route 1")
    assert opened("alerts", "route", "test", "team=x").out.startswith("console: at once; by alerts")


WRONG = {
    "snooze INC-1 --for soon": "--for: not a duration",
    "snooze INC-1 --for 0": "--for: no time at all",
    "snooze INC-9 --for 1h": "no incident INC-9",
    "list --state closed": "no such state",
    "silence add a!b --comment x": "not a matcher",
    "silence add a=~[ --comment x": "not a matcher",
    "silence add a=b --comment x --end 2020-01-01": "which is past",
    "silence add a=~.* --comment x": "empty label",
    "silence expire 9": "no silence 9",
    "route test severity": "not a label",
    "route test severity=bad": "no such severity",
    "import nowhere.yml": "nowhere.yml: unreadable",
}


def test_bad_input_is_one_line_and_exit_2(opened: Run) -> None:
    for arguments, why in WRONG.items():
        outcome = opened("alerts", *arguments.split())
        assert (outcome.code, outcome.err.count("\n")) == (2, 1), arguments
        assert why in outcome.err


ALERTMANAGER = """
global: {slack_api_url: "https://hooks.example/hunter2"}
route:
  receiver: default
  group_by: [alertname]
  routes:
  - receiver: pager
    match: {severity: critical}
    match_re: {team: "a|b"}
    continue: true
    mute_time_intervals: [offhours]
    routes:
    - matchers: ['{env="prod"}', foo=~"x.*"]
      group_by: [...]
  - matchers: ["not one"]
    receiver: pager
receivers:
- name: default
  webhook_configs: [{url: "http://example/hunter2", send_resolved: false}]
- name: pager
  pagerduty_configs: [{routing_key: hunter2}]
inhibit_rules:
- source_matchers: [severity="critical"]
  target_match: {severity: warning}
  equal: [alertname]
- source_match: {severity: critical}
time_intervals:
- name: offhours
  time_intervals:
  - times: [{start_time: "18:00", end_time: "24:00"}]
    weekdays: ["monday:friday"]
    years: [2026]
    location: Europe/Berlin
"""


def test_an_alertmanager_configuration_becomes_settings_and_the_rest_is_listed(
    reinfra: Run,
) -> None:
    Path("am.yml").write_text(ALERTMANAGER)
    printed = reinfra("alerts", "import", "am.yml")
    assert printed.code == 0
    settings = Settings(**tomllib.loads(printed.out))
    (top,) = settings.route
    (pager,) = top.routes  # the one that could not be read would have taken everything
    assert pager.matchers == ('severity="critical"', 'team=~"a|b"')
    assert (pager.continue_, pager.routes[0].group_by) == (True, ("...",))
    assert settings.receiver[0].send_resolved is False
    assert len(settings.inhibit) == 1
    left = printed.err.splitlines()
    assert len(left) == 6
    assert any("left out with all below it" in line for line in left)
    assert any("pagerduty_configs: no channel here" in line for line in left)
    assert "hunter2" not in printed.out + printed.err


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("route: [", "not YAML"),
        ("[1, 2]", "not an Alertmanager configuration"),
        ("receivers: []", "no route in it"),
        (
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(
                f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n"
                for a, b in zip("abcdef", "bcdefg", strict=True)
            ),
            "too large",
        ),
        ("!!python/object/apply:os.system ['true']", "not YAML"),
    ],
    ids=["torn", "list", "no route", "laughs", "object"],
)
def test_what_is_no_alertmanager_configuration_is_refused(
    reinfra: Run, text: str, why: str
) -> None:
    Path("am.yml").write_text(text)
    outcome = reinfra("alerts", "import", "am.yml")
    assert (outcome.code, outcome.out) == (2, "")
    assert why in outcome.err
