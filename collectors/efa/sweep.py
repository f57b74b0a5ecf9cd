"""All counters of all adapters once, and why some are missing."""

from collections.abc import Iterator
from dataclasses import dataclass

from collectors.efa.sysfs import PER_ADAPTER, Adapter, adapters, number, read
from collectors.instruments import Reading
from reinfra.model import Absence, Coverage, Fact, Subject, subject
from reinfra.signals import Mapped, by_source

Why = tuple[Coverage, str]


@dataclass(frozen=True, slots=True)
class Sweep:
    """`adapters` by name, those that are there."""

    readings: tuple[Reading, ...]
    absences: tuple[Absence, ...]
    facts: tuple[Fact, ...]
    adapters: frozenset[str]


def sweep(sys: str, host: str) -> Sweep:
    """Raises OSError where sysfs itself cannot be read."""
    readings: list[Reading] = []
    absences: list[Absence] = []
    facts = [*_facts(f"{sys}/module/efa", subject({"host.name": host}), _DRIVER)]
    found = adapters(sys)
    for adapter in found:
        who = device(host, adapter.name)
        given, missing = _ask(adapter)
        readings += given
        absences += [Absence(who, signal, *why) for signal, why in missing.items()]
        facts += _facts(adapter.folder, who, _DEVICE)
    names = frozenset(adapter.name for adapter in found)
    return Sweep(tuple(readings), tuple(absences), tuple(facts), names)


def device(host: str, name: str) -> Subject:
    return subject({"host.name": host, "hw.id": name})


def signal_readings(sys: str, signal: str) -> Iterator[Reading]:
    """One signal of all adapters, without what is missing."""
    wanted = {
        file: mapped for file, mapped in by_source("efa").items() if mapped.signal.name == signal
    }
    for adapter in adapters(sys):
        yield from _ask(adapter, wanted)[0]


def _ask(
    adapter: Adapter, wanted: dict[str, Mapped] | None = None
) -> tuple[list[Reading], dict[str, Why]]:
    readings: list[Reading] = []
    missing: dict[str, Why] = {}
    asked = by_source("efa") if wanted is None else wanted
    for file, mapped in asked.items():
        once = file.startswith(PER_ADAPTER)
        for port in adapter.ports[:1] if once else adapter.ports:
            said = _value(adapter, file, port)
            name = mapped.signal.name
            if isinstance(said, float):
                labels = _labels(adapter, "" if once else port, mapped)
                readings.append((name, labels, said * mapped.factor))
            else:
                missing[name] = said
    given = {signal for signal, _, _ in readings}
    if not readings and missing:
        failing = [why for why in missing.values() if why[0] is Coverage.FAILING]
        return [], {"": failing[0]} if failing else missing
    return readings, {signal: why for signal, why in missing.items() if signal not in given}


def _value(adapter: Adapter, file: str, port: str) -> float | Why:
    for path in adapter.places(file, port):
        try:
            return number(file, read(path))
        except FileNotFoundError:
            continue
        except OSError as error:
            return Coverage.FAILING, f"{path}: {error.strerror}"
        except ValueError as error:
            return Coverage.FAILING, f"{path}: {error}"
    return Coverage.UNSUPPORTED, f"no {file}: this driver or adapter does not count it"


def _labels(adapter: Adapter, port: str, mapped: Mapped) -> dict[str, str]:
    own = {"hw.id": adapter.name, "hw.type": "network", "hw.vendor": "Amazon"}
    return {**own, **({"aws.efa.port": port} if port else {}), **dict(mapped.labels)}


_DRIVER = {"efa.driver.version": "version"}
_DEVICE = {
    "hw.firmware_version": "fw_ver",
    "hw.model": "hca_type",
    "pci.device.id": "device/device",
    "pci.subsystem.id": "device/subsystem_device",
}


def _facts(folder: str, who: Subject, files: dict[str, str]) -> Iterator[Fact]:
    for name, file in files.items():
        try:
            value = read(f"{folder}/{file}")
        except OSError:
            continue
        if value:
            yield Fact(who, name, value)
