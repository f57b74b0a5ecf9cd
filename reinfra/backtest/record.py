"""A backtest on record, and as files."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reinfra import __version__
from reinfra.backtest.replay import Replay, Span
from reinfra.errors import InputError
from reinfra.model import Clock, IdSource, iso
from reinfra.model.plain import plain
from reinfra.store import Store, backtests
from reinfra.store.backtests import StoredBacktest


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where backtests are put on record."""

    store: Store
    clock: Clock
    ids: IdSource

    def keep(self, kind: str, span: Span, settings: str, figures: object) -> StoredBacktest:
        """Write one. `figures` is a dataclass; NaN and infinity become null."""
        made = StoredBacktest(
            self.ids(),
            kind,
            self.clock(),
            span.since,
            span.until,
            settings,
            __version__,
            plain(figures),
        )
        with self.store.writing() as connection:
            backtests.save(connection, made)
        return made


def write_folder(
    folder: Path, kept: StoredBacktest, replays: Iterable[tuple[str, Replay]]
) -> list[Path]:
    """`backtest.json` with the figures and, of each replay, `alerts-<name>.csv`. Raises InputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [folder / "backtest.json"]
        written[0].write_text(json.dumps(plain(kept), indent=2) + "\n", encoding="utf-8")
        for name, one in replays:
            written.append(folder / f"alerts-{name}.csv")
            write_rows(written[-1], _COLUMNS, _rows(one))
    except OSError as error:
        raise InputError(
            "cannot write there", where=str(folder), why=error.strerror or ""
        ) from error
    return written


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A CSV file. Raises OSError."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


_COLUMNS = ("series", "detector", "since", "until", "score", "threshold", "reason")


def _rows(replay: Replay) -> Iterable[tuple[object, ...]]:
    for one in replay.found:
        found = one.found
        yield (
            str(found.key),
            found.detector,
            iso(found.since),
            iso(found.until),
            found.score,
            found.threshold,
            found.reason,
        )
