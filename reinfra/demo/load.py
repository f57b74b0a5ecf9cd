"""The recordings into the store: every source with the sentence that pages must say of it."""

from collections.abc import Iterator
from pathlib import Path

from collectors.recording import Recording
from collectors.replay import Replay
from judge.recorded import read_llmbar, read_pandalm
from judge.series import quality_batch
from reinfra.batch import quality
from reinfra.model import ORIGIN_LABEL, Origin
from reinfra.progress import Progress, Step
from reinfra.store import Source, Store
from reinfra.store.grades import SetInfo

GRADED = {
    "llmbar_pairwise.jsonl.gz": (
        read_llmbar,
        "LLMBar: recorded verdicts and labels, no time of their own",
    ),
    "pandalm.jsonl.gz": (
        read_pandalm,
        "PandaLM: recorded verdicts and labels, no time of their own",
    ),
}


def signals(store: Store, folder: Path, progress: Progress) -> tuple[Recording, ...]:
    """Write every recording, shifted so that it ends now."""
    recordings = Replay.open(folder, store.clock).recordings
    for done, recording in enumerate(recordings, start=1):
        source = Source(recording.name, Origin.RECORDED, recording.sentence)
        store.write(recording.batch, source, watermark=store.clock())
        progress(Step("replay recorded signals", done, len(recordings)))
    return recordings


def grades(store: Store, folder: Path, progress: Progress) -> Iterator[str]:
    """Write every graded set, and its counts as series. Yields the sets' names."""
    for done, (file, (read, note)) in enumerate(GRADED.items(), start=1):
        graded = read(folder / "judge" / file)
        quality.save(store, graded, SetInfo(graded.name, graded.meaning, Origin.RECORDED, note))
        labels = {"set": graded.name, ORIGIN_LABEL: Origin.RECORDED.value}
        batch = quality_batch(graded, store.clock(), labels)
        store.write(batch, Source(graded.name, Origin.RECORDED, note))
        progress(Step("read graded answers", done, len(GRADED)))
        yield graded.name
