"""Recorded signals, replayed as if they ended now. Every key says that it is recorded."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from collectors import cloudwatch_recording, nvidia_smi, request_trace
from collectors.base import CollectorError
from collectors.local_file import read_bytes, read_text
from collectors.neuron.report import read_report
from collectors.recording import Recording, Window
from reinfra.model import DERIVED_LABEL, MINUTE, Batch, Clock, Origin, SeriesKey, system_clock

FIVE_MINUTES = 5 * MINUTE

FIXTURE = "a test fixture: these values look set by hand by its authors"
_FIXTURE_SIGNALS = {"aws.neuron.core.utilization", "aws.neuron.ecc.events"}
"""In AWS's published neuron-monitor report core k is k % busy while nothing runs on it."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The recordings of one data folder, all shifted by one reading of one clock: `Replay.open`."""

    recordings: tuple[Recording, ...]
    origin: Origin = Origin.RECORDED
    name: str = field(default="replay", init=False)

    @classmethod
    def open(cls, folder: Path, clock: Clock = system_clock) -> "Replay":
        """Reads the recordings that MANIFEST.json in `folder` lists. Raises CollectorError."""
        now = clock()
        return cls(tuple(recording.ending(now) for recording in _read(folder)))

    def collect(self) -> Iterator[Batch]:
        for recording in self.recordings:
            yield recording.batch


@dataclass(frozen=True, slots=True)
class _Listed:
    """A file of the manifest, and the words about it."""

    path: Path
    by: str
    source: str
    licence: str

    def recording(
        self,
        name: str,
        batch: Batch,
        step: int,
        windows: tuple[Window, ...] = (),
        note: str = "",
    ) -> Recording:
        """A recording whose samples say when it was made."""
        since, until = int(batch.at.min()), int(batch.at.max())
        about = (self.by, self.source, self.licence, batch)
        return Recording(name, *about, since, until, step, windows=windows, note=note)


def _read(folder: Path) -> Iterator[Recording]:
    listed = _manifest(folder)
    for name, entry in listed.items():
        match name.split("/"):
            case ["nab", file] if file.endswith(".csv.gz"):
                yield from _cloudwatch(entry, folder / "nab" / "windows.json")
            case ["azure", file]:
                yield _trace(entry, file.removesuffix(".csv.gz"))
            case ["nvidia", file]:
                yield _gpu(entry, file.removesuffix(".xml.gz"))
            case ["neuron", file]:
                yield _neuron(entry, file.removesuffix(".json.gz"))


def _manifest(folder: Path) -> dict[str, _Listed]:
    path = folder / "MANIFEST.json"
    try:
        return {
            row["file"]: _Listed(
                folder / row["file"],
                row["by"],
                f"{row['source']} at {row['commit'][:12]}",
                row["licence"],
            )
            for row in json.loads(read_text(path))["files"]
        }
    except (KeyError, TypeError, ValueError) as error:
        raise CollectorError("not a manifest", where=str(path), why=repr(error)) from error


def _cloudwatch(entry: _Listed, windows_path: Path) -> Iterator[Recording]:
    windows = cloudwatch_recording.read_windows(read_text(windows_path))
    for name, batch in cloudwatch_recording.read_series(read_text(entry.path)).items():
        yield entry.recording(name, batch, FIVE_MINUTES, windows=windows.get(name, ()))


def _trace(entry: _Listed, name: str) -> Recording:
    batch = request_trace.read_trace(read_text(entry.path), name.replace("_", "-"))
    note = "Queueing times are computed from the arrivals, not recorded"
    return entry.recording(name, batch, MINUTE, note=note)


def _gpu(entry: _Listed, name: str) -> Recording:
    raw = read_bytes(entry.path)
    at = nvidia_smi.captured_at(raw)
    batch = nvidia_smi.read_xml(raw, at, f"nvidia-{name}", Origin.RECORDED)
    return entry.recording(name, batch, MINUTE, note="A single report, no course over time")


def _neuron(entry: _Listed, name: str) -> Recording:
    batch = read_report(read_text(entry.path), 0, Origin.RECORDED)
    keys = tuple(_fixture(key) if key.metric in _FIXTURE_SIGNALS else key for key in batch.keys)
    marked = Batch(keys, batch.series, np.asarray(batch.at), batch.value)
    note = f"A single report; core utilization and ECC counts are from {FIXTURE}"
    about = (entry.by, entry.source, entry.licence, marked)
    return Recording(name, *about, since=None, until=None, note=note)


def _fixture(key: SeriesKey) -> SeriesKey:
    return SeriesKey.of(
        key.metric, {**dict(key.labels), DERIVED_LABEL: FIXTURE}, key.kind, key.unit
    )
