"""Files of a test's own making, read as a source reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from collectors.files.collector import FileSource
from reinfra.config.sources.files import FilesSource
from reinfra.model import Answer, Page, Report, SeriesKey

NOW = 1_700_000_000_000
LATER = 1_900_000_000_000
"""After every file of a test was written, so that its last line counts as settled."""

Samples = dict[str, dict[int, float]]
"""Values by series, as text, and time."""


@dataclass(slots=True)
class Reading:
    """What a source gave in one go; `samples` holds, as a store would, the last value of an instant."""

    samples: Samples = field(default_factory=dict)
    keys: dict[str, SeriesKey] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    cursor: str | None = None
    pages: int = 0

    @property
    def refused(self) -> dict[str, int]:
        return dict(self.reports[-1].refused)

    @property
    def reasons(self) -> list[str]:
        return [absence.reason for absence in self.reports[-1].absences]

    def take(self, given: Iterable[Page | Report], most: int | None = None) -> "Reading":
        for one in given:
            if isinstance(one, Report):
                self.reports.append(one)
                self.answers.extend(one.answers)
                continue
            self.cursor = one.cursor
            self.pages += 1
            self._add(one)
            if self.pages == most:
                break
        return self

    def _add(self, page: Page) -> None:
        batch = page.batch
        columns = batch.series.tolist(), batch.at.tolist(), batch.value.tolist()
        for series, at, value in zip(*columns, strict=True):
            key = batch.keys[series]
            self.keys[str(key)] = key
            self.samples.setdefault(str(key), {})[at] = value


def source(
    paths: Path | str | Sequence[str],
    page: int = 0,
    now: int = NOW,
    **given: Any,  # noqa: ANN401 - settings
) -> FileSource:
    listed = [str(paths)] if isinstance(paths, Path | str) else list(paths)
    settings = FilesSource.model_validate({"paths": listed, **given})
    made = FileSource.of(settings, lambda: now)
    return replace(made, page=page) if page else made


def read(
    paths: Path | str | Sequence[str],
    cursor: str | None = None,
    now: int = LATER,
    **given: Any,  # noqa: ANN401
) -> Reading:
    made = source(paths, now=now, **given)
    try:
        return Reading(cursor=cursor).take(made.resume(cursor))
    finally:
        made.close()
