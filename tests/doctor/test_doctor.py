"""What doctor says of sources, of what they watch, and of this machine."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from reinfra.config import Settings, load_settings
from reinfra.doctor import Finding, Level, examine
from reinfra.doctor import machine as machine_of
from reinfra.doctor.coverage import watched
from reinfra.doctor.database import database
from reinfra.doctor.finding import sentence
from reinfra.doctor.machine import machine
from reinfra.doctor.versions import versions
from reinfra.model import (
    HOUR,
    MINUTE,
    SECOND,
    Absence,
    Batch,
    Coverage,
    Fact,
    Report,
    Subject,
    subject,
)
from reinfra.signals import signals
from reinfra.store import Source, Store, ledger

NOW = 1_700_000_000_000
HOST = subject({"host.name": "a"})


def gpu(number: int) -> Subject:
    return subject({"host.name": "a", "hw.id": f"GPU-{number}"})


@pytest.fixture
def here(store: Store) -> Store:
    """A store whose clock stands still."""
    store.clock = lambda: NOW
    return store


def _write(store: Store, about: Subject, until: int, signal: str = "hw.power") -> None:
    at = np.arange(until - 30 * HOUR, until, MINUTE, dtype=np.int64)
    key = signals()[signal].key(dict(about))
    store.write(Batch.of_series(key, at, np.zeros(at.size)), Source("nvidia"))


def _said(found: Iterable[Finding], what: str) -> Finding:
    (one,) = (each for each in found if each.what == what)
    return one


def _watched(store: Store, settings: Settings | None = None) -> list[Finding]:
    return list(watched(store, settings or load_settings()))


def test_a_source_is_said_with_what_it_watches(here: Store) -> None:
    _write(here, gpu(1), NOW)
    _write(here, gpu(1), NOW - HOUR, "hw.temperature")
    ledger.answered(here, "nvidia", NOW)
    said = _said(_watched(here), "source nvidia")
    assert said.level is Level.OK
    assert "live, 2 series: 1 watched, 1 stale" in said.said


def test_a_source_that_fails_comes_first_with_its_own_words_and_what_to_do(here: Store) -> None:
    _write(here, gpu(1), NOW)
    ledger.answered(here, "nvidia", NOW)
    ledger.failed(here, "vllm", "connection refused", NOW)
    first, *rest = _watched(here)
    assert (first.level, first.what) == (Level.BAD, "source vllm")
    assert "connection refused" in first.said
    assert "`reinfra collect vllm --once`" in first.todo
    assert "vllm" not in {one.what for one in rest}


def test_a_source_that_nobody_asks_is_not_well(here: Store) -> None:
    ledger.answered(here, "nvidia", NOW - HOUR)
    said = _said(_watched(here), "source nvidia")
    assert said.level is Level.BAD
    assert "is `reinfra collect` running?" in said.said
    assert "collect.interval" in said.todo


def test_a_lost_device_is_named_with_since_when(here: Store) -> None:
    _write(here, gpu(1), NOW)
    _write(here, gpu(2), NOW)
    lost = Absence(gpu(2), "", Coverage.FAILING, "Xid 79")
    ledger.record(here, "nvidia", Report(absences=(lost,)), NOW)
    ledger.answered(here, "nvidia", NOW)
    found = _watched(here)
    said = _said(found, "GPU-2 on a")
    assert (said.level, said.said) == (Level.BAD, "lost since 2023-11-14T22:13:20Z: Xid 79.")
    assert "GPU-1 on a" not in {one.what for one in found}


def test_what_is_not_supported_is_said_once_for_all_and_is_no_trouble(here: Store) -> None:
    _write(here, gpu(1), NOW)
    _write(here, gpu(2), NOW)
    lacking = tuple(
        Absence(gpu(n), name, Coverage.UNSUPPORTED, "[N/A]")
        for n in (1, 2)
        for name in ("hw.fan.speed_ratio", "hw.temperature")
    )
    ledger.record(here, "exporter", Report(absences=lacking), NOW)
    ledger.answered(here, "exporter", NOW)
    said = next(one for one in _watched(here) if "[N/A]" in one.said)
    assert said.level is Level.OK
    assert "hw.fan.speed_ratio and 1 more of GPU-1 on a and 1 more" in said.said


def test_idle_devices_are_counted(here: Store) -> None:
    _write(here, gpu(1), NOW, "hw.gpu.utilization")
    assert "1 of the devices that report have no work" in _said(_watched(here), "idle").said


def test_samples_from_the_future_tell_a_wrong_clock(here: Store) -> None:
    _write(here, gpu(1), NOW + 2 * MINUTE)
    ahead = next(one for one in _watched(here) if "ahead" in one.said)
    assert (ahead.level, ahead.what) == (Level.BAD, "source nvidia")
    assert "1 min ahead of this machine's clock" in ahead.said


def test_rules_that_can_never_fire_are_named(here: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REINFRA_ALERTS_RELY_ON", "hw.power,aws.neuron.core.utilization")
    _write(here, gpu(1), NOW)
    said = _said(_watched(here), "alerts.rely_on")
    assert said.level is Level.BAD
    assert "a rule on aws.neuron.core.utilization can never fire" in said.said


def test_an_empty_store_says_what_to_do(here: Store) -> None:
    (only,) = _watched(here)
    assert (only.level, only.todo) == (Level.NOTE, "Run `reinfra collect --once`.")


def test_versions_that_do_not_fit_are_bad(here: Store) -> None:
    facts = (
        Fact(HOST, "nvidia.driver.version", "470.57.02"),
        Fact(HOST, "torch.version", "2.9.0+cu128"),
    )
    ledger.record(here, "host", Report(facts=facts), NOW)
    said = _said(versions(here), "versions a")
    assert said.level is Level.BAD
    assert "incompatible" in said.said


class _Present:
    @staticmethod
    def present() -> bool:
        return True


class _Absent:
    @staticmethod
    def present() -> bool:
        return False


@pytest.mark.parametrize(
    ("source", "asked", "level"),
    [("", False, Level.NOTE), ("", True, Level.OK), ("host", False, Level.BAD)],
)
def test_a_device_of_this_machine_that_nobody_collects_is_said(
    here: Store,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    source: str,
    *,
    asked: bool,
    level: Level,
) -> None:
    monkeypatch.setattr(machine_of, "find", lambda name: _Present if name == "nvidia" else _Absent)
    file = tmp_path / "reinfra.toml"
    file.write_text(f'[[source]]\ncollector = "{source}"\n' if source else "")
    if asked:
        ledger.answered(here, "nvidia", NOW)
    found = list(machine(load_settings(file), here))
    assert _said(found, "NVIDIA GPUs").level is level
    assert _said(found, "AWS Neuron") == Finding(Level.OK, "AWS Neuron", "none on this machine")


def test_a_server_whose_clock_is_another_is_said(postgres_url: str) -> None:
    settings = load_settings()
    moved = settings.database.model_copy(update={"url": postgres_url})
    store, found = database(settings.model_copy(update={"database": moved}))
    assert store is not None
    assert [one.what for one in found] == ["database"]
    right = store.clock
    store.clock = lambda: right() + 90 * SECOND
    from reinfra.doctor.database import _server

    (skew,) = _server(store)
    assert skew.level is Level.BAD
    assert "1 min 30 s ahead of the database server's" in skew.said
    store.engine.dispose()


def test_sources_of_the_settings_are_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "reinfra.toml"
    file.write_text(
        '[[source]]\ncollector = "scrape"\nname = "gpus"\nurl = "http://gpu-1:9400/metrics"\n'
    )
    found = list(examine(load_settings(file), file))
    assert _said(found, "source.gpus").said == f"set in {file}"
    assert not any("9400" in one.said + one.what for one in found)


def test_a_sentence_ends_once() -> None:
    assert (sentence("Is it?"), sentence("it is"), sentence("")) == ("Is it?", "it is.", ".")
