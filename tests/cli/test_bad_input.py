"""Whatever is wrong, it is one line that says what, where, why and what to do; exit code 2; nothing written."""

import os
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, Run

DATABASE = Path(".reinfra/reinfra.db")


def _one_line(outcome: Outcome, *words: str) -> None:
    assert outcome.code == 2, outcome.err
    lines = [line for line in outcome.err.splitlines() if line]
    assert len(lines) == 1, outcome.err
    assert lines[0].startswith("reinfra: ")
    for word in words:
        assert word in lines[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", ("data.csv", "empty")),
        (b"\xff\xfe\x00\x01", ("data.csv",)),
        (b"time,cpu\n2026-01-01T00:00Z,1\nyesterday,2\n", ("data.csv", "time", "'yesterday'")),
        (b"a,b\nx,y\n", ("data.csv",)),
        (b"time,cpu\n2026-01-01T00:00Z,warm\n", ("data.csv", "cpu", "'warm'")),
        (b"time\n2026-01-01T00:00Z\n", ("data.csv",)),
        (b"time,cpu\n2026-01-01T00:00Z,1\n", ("data.csv", "too few")),
    ],
)
def test_a_file_that_cannot_be_scored(reinfra: Run, text: bytes, words: tuple[str, ...]) -> None:
    Path("data.csv").write_bytes(text)
    _one_line(reinfra("score", "data.csv"), *words)


def test_a_file_that_is_not_there(reinfra: Run) -> None:
    _one_line(reinfra("score", "absent.csv"), "absent.csv", "No such file")


def test_a_detector_nobody_knows(reinfra: Run) -> None:
    Path("data.csv").write_text("time,cpu\n2026-01-01T00:00Z,1\n2026-01-01T00:01Z,1\n")
    _one_line(reinfra("score", "data.csv", "--detector", "magic"), "magic", "autoregression")


def test_a_broken_settings_file(reinfra: Run) -> None:
    Path("reinfra.toml").write_text("[detect]\nfalse_alarms = -1\n")
    _one_line(reinfra("doctor"), "reinfra.toml", "detect.false_alarms", "greater than 0")


def test_a_broken_variable(reinfra: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REINFRA_DATABASE_URL", "mysql://somewhere/x")
    _one_line(reinfra("db", "check"), "database.url", "mysql")


@pytest.mark.parametrize(
    "command", ["alerts list", "db check", "db stats", "detect", "collect --once", "judge report"]
)
def test_a_database_that_is_not_there_is_not_made(reinfra: Run, command: str) -> None:
    _one_line(reinfra(*command.split()), "reinfra.db", "does not exist", "reinfra db upgrade")
    assert not DATABASE.parent.exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true"])
def test_a_database_that_is_no_file(
    reinfra: Run, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("REINFRA_DATABASE_URL", url)
    _one_line(reinfra("db", "upgrade"), "database.url", "file")


@pytest.mark.parametrize("locked", [DATABASE, DATABASE.parent])
def test_a_database_that_is_read_only(
    reinfra: Run, monkeypatch: pytest.MonkeyPatch, locked: Path
) -> None:
    assert reinfra("db", "upgrade").code == 0
    _lock(monkeypatch, locked)
    _one_line(reinfra("db", "upgrade"), "reinfra.db", "read-only", str(locked))
    for command in ("db seal", "db retention remove x"):
        _one_line(reinfra(*command.split()), "reinfra.db", "read-only")
    for command in ("alerts list", "db stats", "db check", "db retention show"):
        assert reinfra(*command.split()).code == 0
    outcome = reinfra("doctor")
    assert outcome.code == 1
    assert "read-only" in outcome.out


def test_a_database_in_a_folder_that_is_read_only(
    reinfra: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _lock(monkeypatch, tmp_path)
    _one_line(reinfra("db", "upgrade"), "cannot be made", str(tmp_path), "not writable")


def _lock(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    """Rights as another user would find them: the tests may run as root, who may do anything."""
    real, locked = os.access, place.absolute()

    def access(path: Path, mode: int) -> bool:
        return real(path, mode) and not (mode & os.W_OK and Path(path).absolute() == locked)

    monkeypatch.setattr("os.access", access)


def test_a_database_without_tables(reinfra: Run) -> None:
    DATABASE.parent.mkdir()
    DATABASE.touch()
    _one_line(reinfra("alerts", "list"), "reinfra.db", "reinfra db upgrade")


def test_a_database_of_a_newer_version(reinfra: Run) -> None:
    assert reinfra("db", "upgrade").code == 0
    with sqlite3.connect(DATABASE) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    _one_line(reinfra("detect"), "9999", "newer", "Upgrade reinfra")
    _one_line(reinfra("db", "upgrade"), "9999", "newer", "Upgrade reinfra")


def test_a_file_that_is_no_database(reinfra: Run) -> None:
    DATABASE.parent.mkdir()
    DATABASE.write_text("I am a diary, and not a database at all, whatever my name may say.\n" * 20)
    _one_line(reinfra("db", "upgrade"), "reinfra.db", "no SQLite database")
    assert DATABASE.read_text().startswith("I am a diary")


def test_a_locked_database(reinfra: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reinfra.store.engine.BUSY_TIMEOUT_MS", 50)
    assert reinfra("db", "upgrade").code == 0
    holder = sqlite3.connect(DATABASE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        _one_line(reinfra("collect", "host", "--once"), "reinfra.db", "another process holds")
    finally:
        holder.close()


def test_a_folder_that_cannot_be_made(reinfra: Run) -> None:
    Path(".reinfra").write_text("in the way")
    _one_line(reinfra("db", "upgrade"), ".reinfra")


def test_a_time_that_is_none(reinfra: Run) -> None:
    assert reinfra("db", "upgrade").code == 0
    _one_line(reinfra("detect", "--since", "noon"), "--since", "'noon'")


@pytest.mark.parametrize(
    "text", ["999999999999d", "9" * 400 + "d", "0001-01-01T00:00Z", "1960-01-01", "9999999d"]
)
def test_a_time_out_of_reach(reinfra: Run, text: str) -> None:
    assert reinfra("db", "upgrade").code == 0
    _one_line(reinfra("detect", "--since", text), "--since", text[:40])


@pytest.mark.parametrize("name", ["magic", "pyod:Nope", "pyod:knn", "pyod:../knn"])
@pytest.mark.parametrize("command", ["demo --exit", "detect", "doctor"])
def test_a_detector_in_the_settings_that_nobody_knows(
    reinfra: Run, monkeypatch: pytest.MonkeyPatch, name: str, command: str
) -> None:
    monkeypatch.setenv("REINFRA_DETECT_DETECTORS", f"staleness,pyod:IForest,{name}")
    words = ("REINFRA_DETECT_DETECTORS: detect.detectors", repr(name), "staleness")
    _one_line(reinfra(*command.split()), *words)
    assert not DATABASE.parent.exists()


@pytest.mark.parametrize("port", ["-5", "0", "999999"])
@pytest.mark.parametrize("command", ["demo", "dashboard"])
def test_a_port_there_is_not(reinfra: Run, command: str, port: str) -> None:
    outcome = reinfra(command, "--port", port)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err


def test_a_heading_that_is_not_utf_8(reinfra: Run) -> None:
    Path("data.csv").write_bytes("time,größe\n2026-01-01,1\n2026-01-02,1\n".encode("latin-1"))
    _one_line(reinfra("score", "data.csv"), "data.csv", "UTF-8")


def test_half_a_character_in_a_verdict(reinfra: Run) -> None:
    assert reinfra("db", "upgrade").code == 0
    Path("verdicts.jsonl").write_text('{"item": "\\ud800"}\n')
    _one_line(reinfra("judge", "import", "verdicts.jsonl"), "verdicts.jsonl, line 1", "surrogates")


def test_an_old_demo_that_cannot_be_removed(reinfra: Run) -> None:
    Path(".reinfra/demo.db").mkdir(parents=True)
    _one_line(reinfra("demo", "--exit"), "demo.db", "cannot be removed")


def test_a_source_nobody_can_collect(reinfra: Run) -> None:
    assert reinfra("db", "upgrade").code == 0
    _one_line(reinfra("collect", "telepathy", "--once"), "telepathy", "host")


def test_an_incident_that_is_not_there(reinfra: Run) -> None:
    assert reinfra("db", "upgrade").code == 0
    _one_line(reinfra("alerts", "ack", "INC-7"), "INC-7")
    _one_line(reinfra("alerts", "why", "seven"), "seven")
    _one_line(reinfra("alerts", "why", "9" * 19), "999")
