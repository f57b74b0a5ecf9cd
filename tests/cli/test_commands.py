import json
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from reinfra.cli import incidents
from tests.cli.conftest import Run

COMMANDS = (
    *("demo", "up", "collect", "detect", "score", "backtest"),
    *("judge", "gaps", "alerts", "dashboard", "db", "doctor"),
)
HEAVY = {
    "numpy",
    "pandas",
    "scipy",
    "sqlalchemy",
    "streamlit",
    "statsmodels",
    "pyod",
    "boto3",
    "pydantic",
}


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, reinfra.cli.main; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(loaded.stdout.split())


def test_help_names_every_command(reinfra: Run) -> None:
    said = reinfra("--help").out
    for command in COMMANDS:
        assert f" {command} " in said


def test_doctor_looks_and_changes_nothing(reinfra: Run, tmp_path: Path) -> None:
    outcome = reinfra("doctor", "--json")
    found = {each["what"]: each for each in json.loads(outcome.out)}
    assert outcome.code == 0
    assert "does not exist yet" in found["database"]["said"]
    assert not list(tmp_path.iterdir())


def test_doctor_names_where_each_setting_comes_from(reinfra: Run) -> None:
    Path("reinfra.toml").write_text("[dashboard]\nport = 9000\n")
    found = {each["what"]: each["said"] for each in json.loads(reinfra("doctor", "--json").out)}
    assert found["dashboard.port"] == "set in reinfra.toml"


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> str:
    """A topic, and a profile that does not exist to reach it with."""
    arn = "arn:aws:sns:eu-central-1:123456789012:alerts"
    monkeypatch.setenv("REINFRA_ALERTS_SNS_TOPIC_ARN", arn)
    monkeypatch.setenv("AWS_PROFILE", "nope")
    return arn


def test_doctor_fails_on_a_profile_that_is_not_there(reinfra: Run, topic: str) -> None:
    outcome = reinfra("doctor", "--json")
    found = {each["what"]: each for each in json.loads(outcome.out)}["Amazon SNS"]
    assert (outcome.code, found["level"]) == (1, "bad")
    assert topic in found["said"]
    assert "nope" in found["said"]


def test_a_channel_that_cannot_be_opened_silences_no_other(reinfra: Run, topic: str) -> None:
    outcome = reinfra("alerts", "test")
    assert outcome.code == 3
    assert "console: 1 message accepted" in outcome.out
    assert f"sns: FAILED. {topic}" in outcome.out
    reinfra("db", "upgrade")
    relayed = reinfra("alerts", "relay", "--json")
    assert relayed.code == 3
    assert json.loads(relayed.out)["errors"][0].startswith(f"sns: {topic}: AWS is not configured")


def test_a_user_without_a_name_can_acknowledge(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert incidents.login() == f"uid {os.getuid()}"


def collected(reinfra: Run) -> int:
    """How many samples, and so series, the host gave when it was collected once."""
    (host,) = json.loads(reinfra("collect", "host", "--once", "--json").out)
    assert (host["source"], host["error"]) == ("host", "")
    return int(host["samples"])


def test_collecting_the_host_twice_adds_samples_and_no_series(reinfra: Run) -> None:
    reinfra("db", "upgrade")
    count = collected(reinfra)
    assert count > 10
    reinfra("collect", "--once")
    stats = json.loads(reinfra("db", "stats", "--json").out)["sources"]
    assert [(one["name"], one["origin"], one["series"]) for one in stats] == [
        ("host", "live", count)
    ]


def test_a_planted_spike_in_a_file_is_found(reinfra: Run) -> None:
    generator = np.random.default_rng(1)
    value = 10 + generator.normal(0, 0.1, 3000)
    value[2500] = 14
    rows = (f"{1_750_000_000 + 60 * i},{v!r}" for i, v in enumerate(value.tolist()))
    Path("data.csv").write_text("time,latency\n" + "\n".join(rows) + "\n")
    outcome = reinfra("score", "data.csv", "--json", "--out", "scores.csv")
    assert outcome.code == 0
    found = json.loads(outcome.out)["anomalies"]
    spike = 1_750_000_000_000 + 60_000 * 2500
    assert [one["since"] <= spike <= one["until"] for one in found] == [True]
    assert len(Path("scores.csv").read_text().splitlines()) == 3001


def test_detecting_on_an_empty_store_finds_nothing(reinfra: Run) -> None:
    reinfra("db", "upgrade")
    count = collected(reinfra)
    report = json.loads(reinfra("detect", "--json").out)
    assert (report["series"], report["scored"], report["anomalies"]) == (count, 0, 0)


def test_logs_are_json_lines_on_stderr_where_no_terminal_is(reinfra: Run) -> None:
    reinfra("db", "upgrade")
    reinfra("collect", "--once")
    logged = [json.loads(line) for line in reinfra("detect").err.splitlines()]
    assert {line["event"] for line in logged} == {"detect"}


def test_gaps_are_printed_with_intervals_and_refusals(reinfra: Run) -> None:
    said = reinfra("gaps", "compare").out
    assert "refused: " in said
    assert "at matched load: -28 % [-3" in said


def test_a_test_message_reaches_the_file_channel(
    reinfra: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REINFRA_ALERTS_CHANNELS", "file,console")
    monkeypatch.setenv("REINFRA_ALERTS_FILE", "alerts.jsonl")
    assert reinfra("alerts", "test").code == 0
    (sent,) = Path("alerts.jsonl").read_text().splitlines()
    assert json.loads(sent)["kind"] == "test"


def test_the_demo_can_be_asked_why_it_alerted(
    reinfra: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reinfra("demo", "--exit", "--simulate", "2").code == 0
    monkeypatch.setenv("REINFRA_DATABASE_URL", "sqlite:///.reinfra/simulated.db")
    listed = json.loads(reinfra("alerts", "list", "--all", "--json").out)
    said = reinfra("alerts", "why", f"INC-{listed[0]['id']}").out
    assert listed[0]["title"] in said
    assert "told      file of" in said
    assert "simulated data" in said
    acknowledged = reinfra("alerts", "ack", f"INC-{listed[0]['id']}", "--by", "me", "--json")
    assert acknowledged.code == 0
    assert json.loads(acknowledged.out)["incident"]["id"] == listed[0]["id"]


def test_samples_can_be_sealed_checked_exported_and_read_back(reinfra: Run) -> None:
    reinfra("db", "upgrade")
    count = collected(reinfra)
    assert json.loads(reinfra("db", "seal", "--all", "--json").out)["samples"] == count
    assert reinfra("db", "check").code == 0
    assert json.loads(reinfra("db", "export", "out", "--json").out)["samples"] == count
    assert json.loads(reinfra("db", "import", "out", "--json").out)["files"] == 1
    assert json.loads(reinfra("db", "stats", "--json").out)["store"]["sealed_samples"] == count
    assert reinfra("db", "retain").code == 0
    assert json.loads(reinfra("db", "vacuum", "--json").out)["database"].endswith("reinfra.db")


def test_a_damaged_database_fails_its_check(reinfra: Run) -> None:
    reinfra("db", "upgrade")
    reinfra("collect", "--once")
    with sqlite3.connect(".reinfra/reinfra.db") as connection:
        connection.execute("UPDATE hot_frame SET value = zeroblob(length(value))")
    connection.close()
    outcome = reinfra("db", "check")
    assert outcome.code == 1
    assert "1 wrong" in outcome.out


def test_everything_moves_to_another_database(reinfra: Run, postgres_url: str) -> None:
    reinfra("db", "upgrade")
    count = collected(reinfra)
    moved = json.loads(reinfra("db", "migrate", "--to", postgres_url, "--json").out)["rows"]
    assert moved["series"] == count
    again = reinfra("db", "migrate", "--to", postgres_url)
    assert (again.code, again.err.count("\n")) == (2, 1)


def test_text_from_outside_cannot_steer_the_terminal(reinfra: Run) -> None:
    heading = '"cpu\x1b[31m\nforged line"'
    rows = "".join(f"{1_750_000_000 + 60 * i},{14 if i == 2500 else i % 7}\n" for i in range(3000))
    Path("data.csv").write_text(f"time,{heading}\n{rows}")
    outcome = reinfra("score", "data.csv")
    assert outcome.code == 0
    assert r"cpu\x1b[31m\nforged line" in outcome.out
    assert "\x1b" not in outcome.out


def test_a_loop_of_collections_is_one_line_of_json_a_change_until_it_is_told_to_stop(
    reinfra: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    told: list[str] = []

    def echo(line: str) -> None:
        told.append(line)
        stop.set()

    monkeypatch.setattr("reinfra.cli.until_told.until_told", lambda: stop)
    monkeypatch.setattr("reinfra.cli.output.typer.echo", echo)
    assert reinfra("db", "upgrade").code == 0
    told.clear()
    stop.clear()
    assert reinfra("collect", "host", "--json").code == 0
    assert [json.loads(line)["source"] for line in told] == ["host"]


def test_the_dashboard_hears_of_the_settings_file(
    reinfra: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REINFRA_CONFIG", "")  # so that it is put back
    monkeypatch.setattr("dashboard.server.serve", lambda *_arguments, **_named: None)
    Path("mine.toml").write_text("[dashboard]\nport = 9000\n")
    reinfra("db", "upgrade")
    assert reinfra("--config", "mine.toml", "dashboard").code == 0
    assert os.environ["REINFRA_CONFIG"] == str(tmp_path / "mine.toml")
