"""`reinfra alerts relay|test|dead`, as a person and a scheduler see them."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from reinfra.store import open_store, outbox
from tests.alerts.endpoints import http_endpoint
from tests.cli.conftest import Run
from tests.store.test_outbox import incident_with

FILE = """
[database]
url = "sqlite:///reinfra.db"

[alerts]
channels = []

[[receiver]]
kind = "file"
name = "audit"
path = "audit.jsonl"

[[receiver]]
kind = "webhook"
name = "hook"
url = "{url}"
"""


def prepared(url: str, *receivers: str) -> None:
    Path("reinfra.toml").write_text(FILE.format(url=url))
    store = open_store("sqlite:///reinfra.db", create=True)
    incident_with(store, 1, *receivers)
    store.engine.dispose()


def test_what_was_given_up_is_listed_and_sent_again_once_the_trouble_is_mended(
    reinfra: Run,
) -> None:
    with http_endpoint((404, {}), (204, {})) as server:
        prepared(server.url, "hook", "audit", "gone")
        first = reinfra("alerts", "relay", "--json")
        assert first.code == 3
        report = json.loads(first.out)
        assert (report["sent"], report["dead"]) == (1, 1)
        assert "hook: answered 404" in report["errors"]
        assert "gone: no such receiver; 1 messages wait for it" in report["errors"]
        listed = json.loads(reinfra("alerts", "dead", "list", "--json").out)
        assert listed["total"] == 1
        assert listed["messages"][0]["error"] == "answered 404"
        assert "answered 404" in reinfra("alerts", "dead", "list").out
        assert json.loads(reinfra("alerts", "dead", "retry", "hook", "--json").out)["revived"] == 1
        assert json.loads(reinfra("alerts", "relay", "--json").out)["sent"] == 1
        assert "No message was given up" in reinfra("alerts", "dead", "list").out


def test_a_test_says_of_each_receiver_what_became_of_it(reinfra: Run) -> None:
    with http_endpoint((503, {})) as server:
        prepared(server.url)
        both = reinfra("alerts", "test")
        one = reinfra("alerts", "test", "audit", "--life")
        none = reinfra("alerts", "test", "nobody")
    assert both.code == 3
    assert "audit: 1 message accepted" in both.out
    assert "hook: FAILED. receiver hook: the webhook answers 503" in both.out
    assert one.code == 0
    assert "audit: 4 messages accepted" in one.out
    assert none.code == 1
    assert "no such receiver. There are audit, hook." in none.out


def test_a_watching_relay_sends_what_comes_and_ends_when_told(reinfra: Run, tmp_path: Path) -> None:
    prepared("http://127.0.0.1:9/")
    command = [sys.executable, "-c", "from reinfra.cli.main import main; main()"]
    command += ["alerts", "relay", "--watch", "--json"]
    watching = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    store = open_store("sqlite:///reinfra.db")
    incident_with(store, 1, "audit")
    assert watching.stdout is not None
    assert json.loads(watching.stdout.readline())["sent"] == 1
    watching.send_signal(signal.SIGTERM)
    assert watching.wait(20) == 0
    watching.stdout.close()
    with store.reading() as connection:
        (one,) = outbox.listing(connection, outbox.Delivery.SENT)
    assert one.sent_at is not None
    store.engine.dispose()
    assert reinfra("alerts", "relay", "--once", "--watch").code == 2
