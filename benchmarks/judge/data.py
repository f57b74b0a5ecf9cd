"""Where the recorded sets are: what ships with reinfra, or more of it under $REINFRA_BENCH_DATA.

That folder holds `judge/dev/NAME.jsonl` and `judge/heldout/NAME.jsonl`, or either of them; both are read where
both are there. Some sets may not be passed on under their licence, and ship nowhere.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reinfra.demo.folder import data_folder

PARTS = ("dev", "heldout")


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a set, none where it is absent, and which part of it they are, in words."""

    files: tuple[Path, ...]
    part: str

    def rows(self) -> Iterator[dict[str, Any]]:
        for path in self.files:
            with path.open(encoding="utf-8") as lines:
                yield from (json.loads(line) for line in lines)


def found(name: str) -> Found:
    base = os.environ.get("REINFRA_BENCH_DATA", "")
    if base:
        given = {part: Path(base) / "judge" / part / f"{name}.jsonl" for part in PARTS}
        there = {part: path for part, path in given.items() if path.exists()}
        if there:
            return Found(tuple(there.values()), "+".join(there))
    shipped = data_folder() / "judge" / f"{name}.jsonl.gz"
    return Found((shipped,), "shipped") if shipped.exists() else Found((), "absent")
