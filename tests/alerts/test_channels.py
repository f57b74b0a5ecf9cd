"""The console, the file, and how channels are opened from settings."""

import io
import json
import resource
from pathlib import Path

import pytest

from reinfra.alerts.channels import ChannelError, open_channel
from reinfra.alerts.channels.console import Console
from reinfra.alerts.channels.file import JsonLines
from reinfra.alerts.trial import send_trial
from reinfra.config.receivers import ConsoleReceiver, FileReceiver, SnsReceiver
from tests.alerts.strange import T0, Memory, notice


def test_the_console_shows_a_line_for_each_alert(capsys: pytest.CaptureFixture[str]) -> None:
    Console().send([notice(), notice(origin="recorded", number=2)])
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("2023-11-14T22:13:20Z [CRIT] EC2 CPU utilization 98 %")
    assert second.endswith("(recorded data, times shifted)")


def test_a_console_that_nobody_reads_is_tried_again() -> None:
    closed = io.StringIO()
    closed.close()
    with pytest.raises(ChannelError) as caught:
        Console(stream=closed).send([notice()])
    assert not caught.value.permanent


def test_the_file_gets_one_json_line_for_each_alert(tmp_path: Path) -> None:
    channel = JsonLines(tmp_path / "deep" / "alerts.jsonl")
    channel.send([notice(), notice(number=2)])
    channel.send([notice(number=3, title="two\nlines")])
    lines = channel.path.read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [1, 2, 3]


def test_a_line_cut_short_by_a_crash_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_text('{"number": 1}\n{"num')
    JsonLines(path).send([notice(number=2)])
    first, torn, last = path.read_text().splitlines()
    assert (first, torn) == ('{"number": 1}', '{"num')
    assert json.loads(last)["number"] == 2


def test_a_full_disk_is_tried_again_later() -> None:
    with pytest.raises(ChannelError, match="No space left on device") as caught:
        JsonLines(Path("/dev/full")).send([notice()])
    assert not caught.value.permanent
    assert "wait in the outbox" in str(caught.value)


def test_what_fits_only_in_part_is_taken_back(tmp_path: Path) -> None:
    channel = JsonLines(tmp_path / "alerts.jsonl")
    channel.send([notice()])
    before = channel.path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, hard))
    try:
        with pytest.raises(ChannelError, match="File too large"):
            channel.send([notice(number=2)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert channel.path.read_bytes() == before


def test_a_folder_in_the_files_place_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(ChannelError, match="Is a directory"):
        JsonLines(tmp_path).send([notice()])


def test_channels_open_from_settings(tmp_path: Path) -> None:
    arn = "arn:aws:sns:eu-central-1:123456789012:alerts"
    assert open_channel(ConsoleReceiver()).name == "console"
    assert open_channel(FileReceiver(name="audit", path=f"{tmp_path}/a.jsonl")).name == "audit"
    assert open_channel(SnsReceiver(topic_arn=arn)).batch_size == 10


def test_a_trial_reaches_every_channel_and_reports_the_broken_one(tmp_path: Path) -> None:
    sound = JsonLines(tmp_path / "a.jsonl")
    broken = Memory("sns", failures=[ChannelError("no AWS credentials were found")])
    first, second = send_trial([broken, sound], T0, life=True)
    assert (first.sent, first.error) == (0, "no AWS credentials were found")
    assert (second.sent, second.passed) == (4, True)
    lines = [json.loads(line) for line in sound.path.read_text().splitlines()]
    assert [line["transition"] for line in lines] == [
        "opened",
        "escalated",
        "acknowledged",
        "resolved",
    ]
    assert lines[0]["incident"]["title"] == "Test message: nothing is wrong"
