import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from collectors.base import CollectorError
from collectors.recording import Recording
from collectors.replay import FIVE_MINUTES, Replay
from reinfra.model import DAY, DERIVED_LABEL, MINUTE, Batch, Origin, iso
from reinfra.signals import find
from tests.collectors.recordings import DATA

NOW = 1_795_000_123_456


@pytest.fixture(scope="module")
def replay() -> Replay:
    return Replay.open(DATA, lambda: NOW)


def named(replay: Replay, name: str) -> Recording:
    return next(recording for recording in replay.recordings if recording.name == name)


def test_every_recording_ends_at_the_last_whole_step_before_now(replay: Replay) -> None:
    assert len(replay.recordings) == 18
    for recording in replay.recordings:
        assert recording.batch.at.max() == NOW // recording.step * recording.step <= NOW


def test_shifting_keeps_every_interval(replay: Replay) -> None:
    recording = named(replay, "ec2_cpu_utilization_825cc2")
    assert recording.since is not None
    assert recording.until is not None
    assert iso(recording.since) == "2014-04-10T00:04:00Z"
    assert np.ptp(recording.batch.at) == recording.until - recording.since
    assert recording.batch.at[0] - recording.since == recording.shift
    assert recording.step == FIVE_MINUTES


def test_labelled_windows_move_with_their_series(replay: Replay) -> None:
    recording = named(replay, "rds_cpu_utilization_e47b3b")
    assert [iso(since - recording.shift) for since, _ in recording.windows] == [
        "2014-04-12T22:32:00Z",
        "2014-04-18T15:07:00Z",
    ]
    assert sum(len(one.windows) for one in replay.recordings) == 20


def test_a_page_can_say_where_the_numbers_come_from(replay: Replay) -> None:
    recording = named(replay, "ec2_cpu_utilization_53ea38")
    assert recording.sentence == (
        "recorded 2014-02-14..2014-02-28 by Amazon CloudWatch, published by Numenta (NAB), "
        f"times shifted by +{recording.shift / DAY:,.0f} days"
    )
    assert recording.licence == "MIT"
    assert recording.source == "https://github.com/numenta/NAB at ea702d75cc22"
    assert named(replay, "a10g").sentence.startswith("recorded 2023-04-24 by the telegraf project")


def test_a_report_without_a_time_says_that_its_time_is_unknown(replay: Replay) -> None:
    neuron = named(replay, "neuron_monitor_trn1n32xl")
    assert (neuron.since, neuron.until, neuron.shift) == (None, None, 0)
    assert "at a time it does not state, shown as of now" in neuron.sentence
    assert "look set by hand" in neuron.sentence


def test_what_a_test_fixture_made_up_is_not_shown_as_measured(replay: Replay) -> None:
    for key in named(replay, "neuron_monitor_trn1n32xl").batch.keys:
        made_up = key.metric in {"aws.neuron.core.utilization", "aws.neuron.ecc.events"}
        assert bool(key.label(DERIVED_LABEL)) is made_up


def test_every_series_is_recorded_and_registered(replay: Replay) -> None:
    keys = [key for batch in replay.collect() for key in batch.keys]
    assert len(set(keys)) == len(keys)
    for key in keys:
        assert key.origin is Origin.RECORDED
        signal = find(key.metric)
        assert signal is not None
        assert (key.kind, key.unit) == (signal.kind, signal.unit)


def test_one_clock_reading_serves_all_recordings() -> None:
    ticks = iter([NOW])  # a second reading would raise StopIteration
    assert Replay.open(DATA, lambda: next(ticks)).recordings


def test_a_recording_of_nothing_can_be_shifted() -> None:
    empty = Recording("x", "nobody", "", "", Batch.empty(), None, None, MINUTE)
    assert len(empty.ending(NOW).batch) == 0


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CollectorError, match="cannot be read"):
        Replay.open(tmp_path)
    (tmp_path / "MANIFEST.json").write_text('{"files": [{"file": "nab/x"}]}')
    with pytest.raises(CollectorError, match="not a manifest"):
        Replay.open(tmp_path)


def test_a_damaged_recording_names_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    rows = json.loads((folder / "MANIFEST.json").read_text())["files"]
    assert rows
    (folder / "nvidia" / "a10g.xml.gz").write_bytes(b"\x1f\x8b but no gzip")
    with pytest.raises(CollectorError, match=r"a10g\.xml\.gz: cannot be read"):
        Replay.open(folder)
