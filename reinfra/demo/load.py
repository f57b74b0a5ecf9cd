"""The recordings into the store: every source with the sentence that pages must say of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from collectors.recording import Recording
from collectors.replay import Replay
from judge.items import GradedSet
from judge.recorded import read_llmbar, read_pandalm
from judge.series import quality_batch
from reinfra.batch import quality
from reinfra.model import ORIGIN_LABEL, Origin
from reinfra.progress import Progress, Step
from reinfra.store import Source, Store
from reinfra.store.grades import SetInfo
from reinfra.store.seal import seal


@dataclass(frozen=True, slots=True)
class Shipped:
    """A graded set that ships with reinfra.

    Of its judges, the demo takes those whose name ends with `judges`. `quality`: its mean says how good
    answers are.
    """

    file: str
    read: Callable[[Path], GradedSet]
    quality: bool
    judges: str = ""
    note: str = "Recorded verdicts and labels, without a time of their own"

    def graded(self, folder: Path) -> GradedSet:
        whole = self.read(folder / self.file)
        chosen = tuple(each for each in whole.verdicts if each.judge.endswith(self.judges))
        return replace(whole, verdicts=chosen)


GRADED = (
    Shipped(
        "llmbar_pairwise.jsonl.gz",
        read_llmbar,
        quality=False,  # its pairs are there to test judges
        judges="/Vanilla",
        note="Recorded verdicts and labels, without a time of their own; of each judge's prompts the plain one",
    ),
    Shipped("pandalm.jsonl.gz", read_pandalm, quality=True),  # win rates of models
)


def signals(store: Store, folder: Path, progress: Progress) -> tuple[Recording, ...]:
    """Write every recording, shifted so that it ends now."""
    recordings = Replay.open(folder, store.clock).recordings
    for done, recording in enumerate(recordings, start=1):
        source = Source(recording.name, Origin.RECORDED, recording.sentence)
        store.write(recording.batch, source, watermark=store.clock())
        progress(Step("replay recorded signals", done, len(recordings)))
    seal(store, everything=True)  # detection reads it many times, and blocks are read faster
    return recordings


def grades(store: Store, folder: Path, progress: Progress) -> Iterator[str]:
    """Write every graded set, and the counts of those that say how good answers are. Yields names."""
    for done, shipped in enumerate(GRADED, start=1):
        graded = shipped.graded(folder / "judge")
        info = SetInfo(graded.name, graded.meaning, Origin.RECORDED, shipped.note)
        quality.save(store, graded, info)
        if shipped.quality:
            labels = {"set": graded.name, ORIGIN_LABEL: Origin.RECORDED.value}
            batch = quality_batch(graded, store.clock(), labels)
            store.write(batch, Source(graded.name, Origin.RECORDED, shipped.note))
        progress(Step("read graded answers", done, len(GRADED)))
        yield graded.name
