from collections.abc import Callable
from pathlib import Path

import pytest

from collectors import Collector, CollectorError, find
from collectors.base import key_of
from collectors.host import Host
from collectors.neuron.report import NeuronMonitor
from collectors.nvidia_smi import NvidiaSmi
from collectors.replay import Replay
from collectors.simulator import Simulator
from collectors.tabular import Tabular
from reinfra.model import Batch, ExitCode, Origin
from tests.collectors.recordings import DATA


def table(folder: Path) -> Path:
    path = folder / "table.csv"
    path.write_text("time,v\n1577836800,1\n")
    return path


REPORT = '{"system_data": {"memory_info": {"memory_used_bytes": 1}}}'
GPU = b"<nvidia_smi_log><gpu><utilization><gpu_util>1 %</gpu_util></utilization></gpu></nvidia_smi_log>"

BUILD: dict[str, Callable[[Path], Collector]] = {
    "host": lambda _: Host(host="h"),
    "neuron_monitor": lambda _: NeuronMonitor([REPORT]),
    "nvidia_smi": lambda _: NvidiaSmi(host="h", source=lambda: GPU),
    "replay": lambda _: Replay.open(DATA),
    "simulator": lambda _: Simulator(since=0, until=60_000 * 5, hosts=1),
    "tabular": lambda folder: Tabular(table(folder)),
}


@pytest.mark.parametrize("name", BUILD)
def test_every_series_of_a_collector_carries_its_origin(name: str, tmp_path: Path) -> None:
    collector = BUILD[name](tmp_path)
    assert collector.name == name
    batches = [given for given in collector.collect() if isinstance(given, Batch)]
    assert sum(len(batch) for batch in batches) > 0
    for batch in batches:
        assert all(key.label("reinfra.origin") == collector.origin for key in batch.keys)


def test_a_name_that_nobody_registered_is_bad_input() -> None:
    with pytest.raises(CollectorError, match="Known are cloudwatch, efa") as caught:
        find("gpu")
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_signal_that_nobody_registered_has_no_key() -> None:
    with pytest.raises(KeyError):
        key_of("made.up", {}, Origin.LIVE)
