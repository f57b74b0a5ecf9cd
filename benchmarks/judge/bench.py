"""Whether the intervals of graded sets hold what they say, for judges from good to useless."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.judge.coverage import INTERVALS, LABELS, RESAMPLES, VERDICTS, coverages
from benchmarks.judge.figures import rows
from benchmarks.results import table
from judge.columns import columns
from judge.items import GradedSet
from judge.pairs import wins_of
from judge.recorded import read_llmbar, read_pandalm
from judge.statistics import Estimate, cohen_kappa, flip_rate
from reinfra.demo.folder import data_folder

SEED = 20_261_121

LLMBAR_JUDGES = (
    "GPT-4/Metrics_Reference",
    "GPT-4/CoT",
    "PaLM2/Metrics",
    "ChatGPT-0301/Metrics",
    "LLaMA2/Vanilla_NoRules",
)
WINNERS = ("llama-7b", "bloom-7b")

HEAD = f"""## Do 95 % intervals hold the human mean?

The recorded sets are taken for the world: {RESAMPLES:,} samples of {VERDICTS:,} verdicts each, drawn with
replacement (PandaLM by question), {LABELS} of them with their human label. Covered, mean width. "Naive" takes
the judge at its word, "labels only" ignores it."""

ORDER = """## How far the same judges agree with people, and with themselves

Kappa against the majority of people, and how often the verdict flips when the two answers change places,
both on the whole recorded set with 95 % intervals. PandaLM's judges were shown one order only."""


@dataclass(frozen=True, slots=True)
class Case:
    """One judge on one set."""

    graded: GradedSet
    judge: str


TEN = """## The ten figures

Of docs/reference/judge.md. Sets that may not be passed on are read from `$REINFRA_BENCH_DATA`; which part of
a set was there stands in brackets."""


def run() -> Iterator[str]:
    yield TEN
    yield table(("", "what", "target", "measured", "held"), rows())
    cases = list(_cases())
    yield HEAD
    head = ("set", "judge", "human mean", "judge's mean")
    yield table((*head, *INTERVALS, "PPI++ width to labels only"), map(_covered, cases))
    yield ORDER
    yield table(("set", "judge", "items", "kappa", "order flips"), map(_agreed, cases))


def _cases() -> Iterator[Case]:
    folder = data_folder() / "judge"
    llmbar = read_llmbar(folder / "llmbar_pairwise.jsonl.gz")
    yield from (Case(llmbar, judge) for judge in LLMBAR_JUDGES)
    pandalm = read_pandalm(folder / "pandalm.jsonl.gz")
    for graded in (wins_of(pandalm, system) for system in WINNERS):
        yield from (Case(graded, judge) for judge in graded.judges)


def _covered(case: Case) -> tuple[str, ...]:
    world = columns(case.graded, case.judge)
    found = coverages(world, np.random.default_rng(SEED))
    means = (f"{np.nanmean(column):.3f}" for column in (world.human, world.score))
    ratio = found["PPI++"].width / found["labels only"].width
    return (case.graded.name, case.judge, *means, *map(str, found.values()), f"{ratio:.2f}")


def _agreed(case: Case) -> tuple[str, ...]:
    world = columns(case.graded, case.judge)
    kappa = cohen_kappa(world.score, world.majority, world.clusters)
    flips = flip_rate(world.ab, world.ba, world.clusters)
    items = str(world.score.size)
    return (case.graded.name, case.judge, items, _shown(kappa), _shown(flips))


def _shown(estimate: Estimate) -> str:
    if not estimate.has_interval:
        return "unknown"
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"
