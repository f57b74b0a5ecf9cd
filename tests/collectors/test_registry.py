from collections.abc import Callable
from pathlib import Path

import pytest

from collectors import COLLECTORS, Collector, CollectorError, find
from collectors.base import key_of
from reinfra.model import ExitCode, Origin
from tests.collectors.recordings import DATA


def table(folder: Path) -> Path:
    path = folder / "table.csv"
    path.write_text("time,v\n1577836800,1\n")
    return path


REPORT = '{"system_data": {"memory_info": {"memory_used_bytes": 1}}}'
GPU = b"<nvidia_smi_log><gpu><utilization><gpu_util>1 %</gpu_util></utilization></gpu></nvidia_smi_log>"

BUILD: dict[str, Callable[[Path], Collector]] = {
    "host": lambda _: find("host")(host="h"),
    "neuron_monitor": lambda _: find("neuron_monitor")([REPORT]),
    "nvidia_smi": lambda _: find("nvidia_smi")(host="h", source=lambda: GPU),
    "replay": lambda _: find("replay").open(DATA),  # type: ignore[attr-defined]
    "simulator": lambda _: find("simulator")(since=0, until=60_000 * 5, hosts=1),
    "tabular": lambda folder: find("tabular")(table(folder)),
}


def test_every_collector_is_tried_here() -> None:
    assert BUILD.keys() == COLLECTORS.keys()


@pytest.mark.parametrize("name", COLLECTORS)
def test_every_series_of_a_collector_carries_its_origin(name: str, tmp_path: Path) -> None:
    collector = BUILD[name](tmp_path)
    assert collector.name == name
    batches = list(collector.collect())
    assert sum(len(batch) for batch in batches) > 0
    for batch in batches:
        assert all(key.label("reinfra.origin") == collector.origin for key in batch.keys)


def test_a_name_that_nobody_registered_is_bad_input() -> None:
    with pytest.raises(CollectorError, match="Known are host, neuron_monitor") as caught:
        find("gpu")
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_signal_that_nobody_registered_has_no_key() -> None:
    with pytest.raises(KeyError):
        key_of("made.up", {}, Origin.LIVE)
