"""The whole loop once, on recordings: replay, detect, grade, compare, alert."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from collectors.recording import Recording
from detectors.labels import Window, verify
from judge.pairs import wins_of
from judge.report import report
from reinfra.batch import quality
from reinfra.batch.deliver import deliver
from reinfra.batch.detect import Report, Request, detect
from reinfra.config import Settings
from reinfra.demo import load
from reinfra.demo.folder import data_folder
from reinfra.demo.summary import Labelled, Summary
from reinfra.demo.warming import judged_from
from reinfra.gaps.recorded import compare_recorded
from reinfra.model import Clock, IdSource, Incident, InputError
from reinfra.model.randomness import SEED
from reinfra.progress import Progress, Step
from reinfra.store import Selector, Store, anomalies, incidents, open_store
from reinfra.store.backlog import Counts, counts

FEW, FEW_LABELS_OF = 100, "llama-7b"
"""A service has many verdicts and few labels; this shows what the correction makes of that."""

PROVENANCE = (
    "Recorded data: real measurements of other systems, their times shifted so that they end now; "
    "`reinfra db stats` and the Coverage page name each source. Nothing is simulated."
)


def run(settings: Settings, clock: Clock, ids: IdSource, progress: Progress) -> Summary:
    """Fill the settings' database from the recordings that ship with reinfra, and tell what was found."""
    store = open_store(settings.database.url, clock=clock, create=True)
    folder = data_folder()
    recordings = load.signals(store, folder, progress)
    names = list(load.grades(store, folder, progress))
    detection = detect(store, settings, Request(), clock=clock, ids=ids, progress=progress)
    sets = [quality.load(store, name) for name in names]
    few = wins_of(sets[names.index("PandaLM")], FEW_LABELS_OF).with_labels_on(
        FEW, np.random.default_rng(SEED)
    )
    few = replace(few, name=f"{few.name}, all but {FEW} of the labels hidden on purpose")
    graded = tuple(report(each, np.random.default_rng(SEED)) for each in (*sets, few))
    progress(Step("grade answers", 1, 1))
    gaps = tuple(compare_recorded(folder / "fmbench", np.random.default_rng(SEED)))
    progress(Step("compare infrastructure", 1, 1))
    found, delivered = finish(store, settings, clock, progress)
    return Summary(
        provenance=PROVENANCE,
        detection=detection,
        labelled=_against_labels(store, settings, recordings, detection),
        incidents=found,
        graded=graded,
        gaps=gaps,
        outbox=delivered,
        file=settings.alerts.file,
    )


def finish(
    store: Store, settings: Settings, clock: Clock, progress: Progress
) -> tuple[tuple[Incident, ...], dict[str, Counts]]:
    """Deliver what waits; the incidents there are, and how each channel stands."""
    deliver(store, settings, clock)
    progress(Step("deliver alerts", 1, 1))
    with store.reading() as connection:
        return tuple(incidents.listing(connection, limit=10_000)), counts(connection)


def recreate(database: Path) -> None:
    """Remove an earlier demo's database. Raises InputError."""
    for suffix in ("", "-wal", "-shm"):
        path = Path(f"{database}{suffix}")
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(
                "an earlier demo cannot be removed", where=str(path), why=error.strerror or ""
            ) from error


def _against_labels(
    store: Store, settings: Settings, recordings: Iterable[Recording], detection: Report
) -> tuple[Labelled, ...]:
    with store.reading() as connection:
        found = anomalies.between(connection, detection.since, detection.until)
    series = store.series(Selector())
    sources = {one.id: one.source for one in series}
    return tuple(
        Labelled(
            each.name,
            verify(
                [one.found for one in found if sources[one.series_id] == each.name],
                [Window(since, until) for since, until in each.windows],
                judged_from(
                    store,
                    settings.detect,
                    (one for one in series if one.source == each.name),
                    detection,
                ),
            ),
        )
        for each in recordings
        if each.windows
    )
