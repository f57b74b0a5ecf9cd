"""Files as a source that is read on from where it was left."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Self

from collectors.base import CollectorError
from collectors.files.bucket import SCHEME, Bucket
from collectors.files.disk import Disk
from collectors.files.keys import Keys
from collectors.files.lines import PAGE
from collectors.files.marks import Mark, parsed, written
from collectors.files.news import Listed, News, kept, news
from collectors.files.place import FileError, Place
from collectors.files.reading import Part, document, finished, parts
from collectors.files.refusals import Refusals
from collectors.files.rows import Rows
from collectors.files.taken import SeriesTaker, Taken, Taker
from reinfra.config.sources.files import FilesSource
from reinfra.model import (
    SECOND,
    Absence,
    Batch,
    Clock,
    Coverage,
    Origin,
    Page,
    Report,
    Subject,
    subject,
)

MOST_NAMED = 100
"""Files that a report names."""

ENOUGH = 64 * 1024 * 1024
"""Bytes of which nothing could be taken, after which the rest of a file is not tried."""


@dataclass(slots=True)
class _Said:
    """What a collection has to say beside samples."""

    absences: list[Absence] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    errors: list[CollectorError] = field(default_factory=list)

    def failed(self, about: Subject, error: CollectorError, signal: str = "") -> None:
        self.errors.append(error)
        self.absent(about, signal, str(error))

    def absent(self, about: Subject, signal: str, reason: str) -> None:
        if len(self.absences) < MOST_NAMED:
            self.absences.append(Absence(about, signal, Coverage.FAILING, reason))

    def report(self) -> Report:
        return Report(absences=tuple(self.absences), refused=dict(self.refused))


@dataclass(slots=True)
class _Going:
    """How far the reading of one file has come. `pending` is what the last page gave."""

    mark: Mark
    count: int
    pending: Batch = field(default_factory=Batch.empty)
    refusals: Refusals = field(default_factory=Refusals)

    @property
    def hopeless(self) -> bool:
        """Something was refused and nothing was ever taken."""
        return self.refusals.total > 0 and not self.count

    def go_on(self, part: Part, taken: Taken, version: str) -> None:
        self.refusals.merge(part.refusals)
        self.count += taken.count
        self.pending = taken.batch
        self.mark = replace(part.mark, version=version, notes=taken.notes)


@dataclass(frozen=True, slots=True)
class FileSource:
    """Pages of every file that has something new; one that cannot be read never holds up the others.

    A page's samples and the marks of all files are stored together. Answers go before their page: a
    crash between the two brings them again, with the same ids.
    """

    settings: FilesSource
    clock: Clock
    places: tuple[Place, ...]
    taker: Taker
    page: int = PAGE

    @classmethod
    def of(cls, settings: FilesSource, clock: Clock) -> Self:
        places = tuple(
            Bucket.of(path, settings) if path.startswith(SCHEME) else Disk(path)
            for path in settings.paths
        )
        return cls(settings, clock, places, _taker(settings))

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def origin(self) -> Origin:
        return Origin(self.settings.origin)

    def resume(self, cursor: str | None) -> Iterator[Page | Report]:
        """Raises CollectorError where nothing at all could be read."""
        marks, said = parsed(cursor), _Said()
        listed = self._listed(said)
        marks = kept(marks, listed, self.settings.max_files)
        failing = len(said.errors)
        for found in news(listed, marks):
            yield from self._read(found, marks, said)
        if said.errors and len(said.errors) - failing >= len(listed):
            raise said.errors[0]
        yield said.report()

    def close(self) -> None:
        for place in self.places:
            place.close()

    def _listed(self, said: _Said) -> list[Listed]:
        listed: dict[str, Listed] = {}
        for place, path in zip(self.places, self.settings.paths, strict=True):
            about = subject({"file.path": path})
            try:
                found = [Listed(entry, place) for entry in place.entries()]
            except CollectorError as error:
                said.failed(about, error)
                continue
            if not found:
                said.absent(about, "", "no file is there")
            listed |= {one.entry.path: one for one in found}
        latest = sorted(listed.values(), key=lambda one: one.entry.modified)
        most = self.settings.max_files
        if len(latest) > most:
            about = subject({"file.path": self.settings.paths[0]})
            said.absent(about, "", f"{len(latest) - most} older files are not read: max_files")
        return latest[-most:]

    def _read(self, found: News, marks: dict[str, Mark], said: _Said) -> Iterator[Page | Report]:
        path, before = found.entry.path, marks.get(found.entry.path)
        about = subject({"file.path": path})
        going = _Going(found.mark, max(found.mark.line - 1, 0))  # a heading alone is nothing taken
        try:
            yield from self._pages(found, marks, going)
        except FileError as error:
            said.failed(about, error)
        yield from self._ended(path, going.pending, before, marks)
        refusals = going.refusals
        if refusals.total and going.count:
            said.refused.update(refusals.counts)
            said.absent(about, "rows", f"{refusals.total} refused, first in {refusals.first}")

    def _pages(self, found: News, marks: dict[str, Mark], going: _Going) -> Iterator[Page | Report]:
        """Every page but the last. Raises FileError, also where nothing can be taken: that file waits."""
        path = found.entry.path
        for part in self._parts(found):
            if going.mark is not found.mark and marks.get(path) is going.mark:
                yield Page(going.pending, written(marks))
            taken = self.taker.take(part.rows, going.mark.notes, found.entry, part.refusals)
            going.go_on(part, taken, found.entry.version)
            if taken.answers:
                yield Report(answers=taken.answers)
            if not going.hopeless:
                marks[path] = going.mark
            elif going.mark.offset > ENOUGH:
                break
        if going.hopeless:
            why = going.refusals.first
            raise FileError("nothing in it can be taken", where=path, why=why)
        mark = going.mark
        marks[path] = mark if mark.done else finished(found, self.settings, mark)

    def _ended(
        self, path: str, pending: Batch, before: Mark | None, marks: dict[str, Mark]
    ) -> Iterator[Page]:
        """The last page of a file, with what was held back until its end."""
        if path in marks:
            held, notes = self.taker.close(path, marks)
            marks[path] = replace(marks[path], notes=notes)
            pending = Batch.concat([pending, held])
        if len(pending) or marks.get(path) != before:
            yield Page(pending, written(marks))

    def _parts(self, found: News) -> Iterator[Part]:
        if found.error is not None:
            raise found.error
        if found.mark.done and found.mark.version == found.entry.version:
            return  # it was renamed, and nothing else
        if self.taker.whole(found.entry.path):
            yield Part(Rows([document(found)], [1]), Mark(done=True), Refusals())
            return
        settled = self.clock() - found.entry.modified >= self.settings.settle * SECOND
        yield from parts(found, self.settings, settled=settled, size=self.page)


def _taker(settings: FilesSource) -> Taker:
    if settings.layout == "evaluations":
        from collectors.accuracy.taker import GradeTaker

        return GradeTaker.of(settings)
    return SeriesTaker(settings, Keys(settings))
