"""What of the recording script needs no GPU. What it records has never been seen by a test."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks.gpu_capture import __main__ as script
from benchmarks.gpu_capture.phases import FAULTS, NORMAL, Load, Phase, Window, schedule
from benchmarks.gpu_capture.record import Recording, watch
from benchmarks.gpu_capture.rows import STEP, of_step, schema, write
from benchmarks.gpu_capture.workload import arguments, parse
from collectors.nvidia.collector import Nvidia
from reinfra.model import Fact
from tests.collectors.nvidia.looking import collector
from tests.collectors.nvidia.replayed import Replayed


def test_normal_load_surrounds_every_fault() -> None:
    phases = schedule(rounds=2)
    assert phases[::2] == [NORMAL] * (2 * len(FAULTS) + 1)
    assert phases[1::2] == list(FAULTS) * 2
    assert [phase.fault for phase in schedule(["straggler"])] == ["", "straggler", ""]


def test_each_fault_differs_from_normal_load_in_what_it_is_named_for() -> None:
    assert len({phase.fault for phase in FAULTS}) == len(FAULTS)
    assert all(phase.load != NORMAL.load or phase.rival for phase in FAULTS)


@pytest.mark.parametrize("phase", [NORMAL, *FAULTS], ids=lambda phase: phase.fault or "normal")
def test_a_load_reaches_its_process_whole(phase: Phase) -> None:
    assert parse(arguments(phase.load)[-1]) == phase.load


def test_without_a_gpu_it_says_so_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Nvidia, "present", staticmethod(lambda: False))
    assert script.main(["--out", str(tmp_path / "capture.parquet")]) == 1
    assert "Nothing was recorded: there is no GPU here" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_pytorch_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Nvidia, "present", staticmethod(lambda: True))
    monkeypatch.setattr(script, "find_spec", lambda _: None)
    assert script.main(["--out", str(tmp_path / "capture.parquet")]) == 1
    assert "PyTorch is not installed" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [[], ["--out", "x", "--only", "sabotage"]])
def test_wrong_arguments_are_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit):
        script.parser().parse_args(wrong)


def test_a_recording_is_written_with_its_labels_and_its_provenance(tmp_path: Path) -> None:
    recording = Recording()
    source = collector(Replayed.of("a10g"))
    watch(source, recording, NORMAL, seconds=0.02, hertz=100)
    watch(source, recording, FAULTS[0], seconds=0.01, hertz=100)
    recording.rows.append(of_step('{"at": 9, "seconds": 0.25}', "data_loader_stall"))
    recording.windows.append(Window("data_loader_stall", 5, 9))
    path = tmp_path / "deeper" / "capture.parquet"
    write(path, recording.rows, recording.windows, script.about(recording))

    table = pq.read_table(path)
    assert table.schema.equals(schema())
    rows = table.to_pylist()
    power = [row for row in rows if row["signal"] == "hw.power"]
    assert [row["fault"] for row in power] == ["", "", "data_loader_stall"]
    assert json.loads(power[0]["labels"])["hw.name"] == "NVIDIA A10G"
    (step,) = (row for row in rows if row["signal"] == STEP)
    assert (step["value"], step["unit"]) == (0.25, "s")
    metadata = table.schema.metadata
    assert json.loads(metadata[b"reinfra.windows"]) == [
        {"fault": "data_loader_stall", "since": 5, "until": 9}
    ]
    assert "515.105.01" in json.loads(metadata[b"reinfra.about"]).values()


def test_two_gpus_do_not_overwrite_each_others_provenance() -> None:
    facts = [Fact((("hw.id", name),), "hw.model", name) for name in ("a", "b")]
    about = script.about(Recording(facts=facts))
    assert (about["a hw.model"], about["b hw.model"]) == ("a", "b")


def test_the_training_process_needs_pytorch_and_says_so() -> None:
    if find_spec("torch") is not None:
        pytest.skip("PyTorch is here")
    done = subprocess.run(arguments(Load()), capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "No module named 'torch'" in done.stderr
    assert sys.executable == arguments(Load())[0]
