import psutil

from collectors.host import Host
from reinfra.signals import find
from tests.collectors.recordings import key_where, value


def test_this_host_gives_its_cpu_and_memory_under_registered_names() -> None:
    (batch,) = Host(host="here", clock=lambda: 42).collect()
    assert set(batch.at.tolist()) == {42}
    for key in batch.keys:
        signal = find(key.metric)
        assert signal is not None
        assert (key.kind, key.unit) == (signal.kind, signal.unit)
        assert key.label("host.name") == "here"
    assert value(batch, "system.memory.limit") == psutil.virtual_memory().total
    assert 0 < value(batch, "system.memory.usage") < value(batch, "system.memory.limit")
    assert 0 <= value(batch, "system.cpu.utilization") <= 1


def test_a_host_names_nothing_but_itself() -> None:
    """Process ids and SDK versions would make every start another series."""
    (batch,) = Host(host="here").collect()
    assert [name for name, _ in key_where(batch, "system.memory.usage").labels] == [
        "host.name",
        "reinfra.origin",
    ]
