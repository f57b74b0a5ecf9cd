"""Figures 1 to 3: do intervals hold, and do judges agree with people as published?"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np

from benchmarks.judge.coverage import coverages
from benchmarks.judge.data import found
from benchmarks.judge.figures import Row
from judge.columns import Columns, columns, ratings
from judge.items import GradedSet
from judge.recorded import read_pandalm, read_triviaqa, version_of
from judge.statistics import cohen_kappa, krippendorff_alpha, mean_interval

SEED = 20_261_121
RESAMPLES = 2_000
LEAST_COVERAGE, MOST_WIDTH = 0.92, 0.70
JUDGES = (("V1", "GPT-4"), ("V1", "Llama3-70B"), ("V1", "Gemma-2B"), ("V2", "GPT-4"))
PUBLISHED = {("V1", "GPT-4"): 0.788, ("V2", "GPT-4"): 0.892}
WHOLE_SET = {"dev+heldout"}


def coverage() -> Iterator[Row]:
    part = found("triviaqa_judges").part
    for version, judge in JUDGES:
        world = replace(_labelled(version, judge), clusters=None)
        said = coverages(world, np.random.default_rng(SEED), RESAMPLES)
        ppi, labels = said["PPI++"], said["labels only"]
        ratio = ppi.width / labels.width
        narrow = judge != "GPT-4" or ratio <= MOST_WIDTH
        yield Row(
            f"PPI++ of {judge}, TriviaQA {version} ({part})",
            "coverage >= .92" + (", width <= .70 of labels only" if judge == "GPT-4" else ""),
            f"{ppi.share:.3f}, {ratio:.2f} (naive {said['naive'].share:.2f})",
            ppi.share >= LEAST_COVERAGE and narrow,
        )


def clusters() -> Iterator[Row]:
    world = _labelled("V1", "GPT-4")
    if world.clusters is None:
        raise AssertionError("TriviaQA's answers share questions")
    rng, truth = np.random.default_rng(SEED), float(world.human.mean())
    names, codes = np.unique(world.clusters, return_inverse=True)
    members = [np.flatnonzero(codes == code) for code in range(names.size)]
    held = np.zeros(2)
    for _ in range(RESAMPLES):
        picked = [members[each] for each in rng.choice(names.size, names.size)]
        human = world.human[np.concatenate(picked)]
        groups = np.repeat(np.arange(len(picked)), [each.size for each in picked])
        both = mean_interval(human), mean_interval(human, groups)
        held += [each.low <= truth <= each.high for each in both]
    plain, robust = held / RESAMPLES
    measured = f"{robust:.3f} (taken as independent {plain:.2f})"
    what = "the mean of nine answers to each question"
    yield Row(what, "cluster coverage >= .92", measured, bool(robust >= LEAST_COVERAGE))


def agreement() -> Iterator[Row]:
    part = found("triviaqa_judges").part
    for (version, judge), published in PUBLISHED.items():
        world = _labelled(version, judge)
        kappa = cohen_kappa(world.score, world.human, world.clusters)
        yield _reproduced(
            f"kappa of {judge}, TriviaQA {version} ({part})", kappa.value, published, part
        )
    pandalm = found("pandalm")
    alpha = krippendorff_alpha(_all_ratings(), np.random.default_rng(SEED)).value
    yield _reproduced(f"alpha of PandaLM's people ({pandalm.part})", alpha, 0.864, pandalm.part)


def _reproduced(what: str, value: float, published: float, part: str) -> Row:
    """The published figure is of the whole set: a part of it can only come near."""
    whole = part in WHOLE_SET
    return Row(
        what,
        f"{published:.3f} on dev+heldout",
        f"{value:.4f}" + ("" if whole else " on this part"),
        round(value, 3) == published if whole else None,
    )


def _all_ratings() -> np.ndarray:
    return np.concatenate([ratings(read_pandalm(path)) for path in found("pandalm").files])


@cache
def _triviaqa() -> GradedSet:
    first, *others = (read_triviaqa(path) for path in found("triviaqa_judges").files)
    for other in others:
        first = replace(
            first,
            items=first.items + other.items,
            verdicts=first.verdicts + other.verdicts,
            labels=first.labels + other.labels,
        )
    return first


def _labelled(version: str, judge: str) -> Columns:
    """The answers that people graded."""
    graded = version_of(_triviaqa(), version)
    known = {label.item for label in graded.labels}
    return columns(
        graded.restricted((item for item in graded.items if item.id in known), version), judge
    )
