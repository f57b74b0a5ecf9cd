"""What is made of a file's records, and what of it is remembered with the file's mark."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from collectors.files.keys import Keys
from collectors.files.marks import Marks
from collectors.files.place import Entry
from collectors.files.refusals import Refusals
from collectors.files.rows import Rows
from collectors.files.series import LAYOUTS
from reinfra.config.sources.files import FilesSource
from reinfra.model import Answer, Batch

Notes = dict[str, Any]
"""What a reader must know again of a file when it goes on; JSON."""


@dataclass(frozen=True, slots=True)
class Taken:
    """`count` records were taken; `notes` replace those that were given."""

    batch: Batch
    count: int
    notes: Notes = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()


class Taker(Protocol):
    def whole(self, path: str) -> bool:
        """Whether this file is one JSON document and not lines."""
        ...

    def take(self, rows: Rows, notes: Notes, entry: Entry, refusals: Refusals) -> Taken: ...

    def close(self, path: str, marks: Marks) -> tuple[Batch, Notes]:
        """At the end of what there is of a file: the samples that were held back till then."""
        ...


@dataclass(frozen=True, slots=True)
class SeriesTaker:
    """Samples, as the layout says; nothing is held back."""

    settings: FilesSource
    keys: Keys

    def whole(self, path: str) -> bool:
        del path
        return False

    def take(self, rows: Rows, notes: Notes, entry: Entry, refusals: Refusals) -> Taken:
        del entry
        batch = LAYOUTS[self.settings.layout](rows, self.settings, self.keys, refusals)
        return Taken(batch, len(batch), notes)

    def close(self, path: str, marks: Marks) -> tuple[Batch, Notes]:
        return Batch.empty(), marks[path].notes
