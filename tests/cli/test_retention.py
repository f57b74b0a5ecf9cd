import json

from tests.cli.conftest import Run


def policies(reinfra: Run, *command: str) -> list[dict[str, object]]:
    outcome = reinfra("db", "retention", *command, "--json")
    assert outcome.code == 0, outcome.err
    found: list[dict[str, object]] = json.loads(outcome.out)["policies"]
    return found


def test_policies_are_shown_set_changed_and_removed(reinfra: Run) -> None:
    assert reinfra("db", "upgrade").code == 0
    rest = {"selector": None, "raw_days": 30, "five_minute_days": 90, "hour_days": 400}
    assert policies(reinfra, "show") == [rest]
    power = {"selector": "hw.power", "raw_days": 100, "five_minute_days": 100, "hour_days": 400}
    assert policies(reinfra, "set", "hw.power", "--raw", "100") == [power, rest]
    power |= {"raw_days": 7, "five_minute_days": 90, "hour_days": 800}
    assert policies(reinfra, "set", "hw.power", "--raw", "7", "--hours", "800") == [power, rest]
    assert "all others" in reinfra("db", "retention", "show").out
    assert policies(reinfra, "remove", "hw.power") == [rest]


def test_a_policy_that_cannot_be_is_refused_in_one_line(reinfra: Run) -> None:
    assert reinfra("db", "upgrade").code == 0
    for command, said in (
        (("set", "hw.power", "--raw", "0"), "1 <= raw"),
        (("set", "hw.power", "--raw", "30", "--five-minutes", "7"), "1 <= raw"),
        (("set", "hw.power", "--hours", "99999"), "36500"),
        (("set", "hw.power{"), "not a selector"),
        (("set", "{}"), "a selector of some series"),
        (("remove", "hw.power"), "no policy has the selector"),
    ):
        outcome = reinfra("db", "retention", *command)
        assert outcome.code == 2
        assert said in outcome.err
        assert outcome.err.count("\n") == 1
    assert len(policies(reinfra, "show")) == 1
