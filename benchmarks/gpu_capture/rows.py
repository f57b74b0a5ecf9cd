"""The recording as a table: a row for each sample, labelled with the fault that was planted at its time."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.gpu_capture.phases import Window
from reinfra.model import Batch

if TYPE_CHECKING:
    import pyarrow as pa

STEP = "training.step.duration"
"""Seconds of one training step, as the training process measured it."""


@dataclass(frozen=True, slots=True)
class Row:
    """`labels` as a JSON object; `fault` is "" where none was planted."""

    at: int
    signal: str
    unit: str
    kind: str
    labels: str
    value: float
    fault: str


def of_batch(batch: Batch, fault: str) -> Iterator[Row]:
    for index, at, value in zip(batch.series, batch.at.tolist(), batch.value.tolist(), strict=True):
        key = batch.keys[index]
        labels = json.dumps(dict(key.labels))
        yield Row(at, key.metric, key.unit, key.kind.value, labels, value, fault)


def of_step(line: str, fault: str) -> Row:
    """One line of the training process."""
    said = json.loads(line)
    return Row(int(said["at"]), STEP, "s", "gauge", "{}", float(said["seconds"]), fault)


def schema() -> "pa.Schema":
    import pyarrow as pa

    text = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            pa.field("at", pa.timestamp("ms", tz="UTC"), nullable=False),
            pa.field("signal", text, nullable=False),
            pa.field("unit", text, nullable=False),
            pa.field("kind", text, nullable=False),
            pa.field("labels", text, nullable=False),
            pa.field("value", pa.float64(), nullable=False),
            pa.field("fault", text, nullable=False),
        ]
    )


def write(
    path: Path, rows: Sequence[Row], windows: Sequence[Window], about: Mapping[str, str]
) -> None:
    """One Parquet file; the windows and where it was recorded are in its metadata, as JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: [getattr(row, name) for row in rows] for name in schema().names}
    metadata = {
        "reinfra.windows": json.dumps([asdict(window) for window in windows]),
        "reinfra.about": json.dumps(dict(about)),
    }
    table = pa.table(columns, schema=schema()).replace_schema_metadata(metadata)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd")
