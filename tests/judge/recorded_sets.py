"""The recorded verdicts that ship with the demo, as the tests' real input."""

import functools
from importlib import resources
from pathlib import Path

import numpy as np

from judge.columns import Columns, columns
from judge.items import GradedSet
from judge.recorded import read_llmbar, read_pandalm, read_triviaqa

FOLDER = Path(str(resources.files("reinfra.demo"))) / "data" / "judge"
LLMBAR, PANDALM = FOLDER / "llmbar_pairwise.jsonl.gz", FOLDER / "pandalm.jsonl.gz"


@functools.cache
def llmbar() -> GradedSet:
    return read_llmbar(LLMBAR)


@functools.cache
def pandalm() -> GradedSet:
    return read_pandalm(PANDALM)


@functools.cache
def triviaqa() -> GradedSet:
    return read_triviaqa(FOLDER / "triviaqa_judges.jsonl.gz")


@functools.cache
def gpt4() -> Columns:
    return columns(llmbar(), "GPT-4/Vanilla_NoRules")


def generator() -> np.random.Generator:
    return np.random.default_rng(20261120)
