"""NAB's score of our detectors on the NAB files that are at hand."""

from collections.abc import Iterator
from pathlib import PurePath

import numpy as np

from benchmarks.detection.development import Development, absent, block_of, read
from benchmarks.detection.nab_score import PROFILES, File, best
from benchmarks.results import table
from detectors.base import Floats
from detectors.registry import detector
from reinfra.model import MINUTE

PATTERN = "nab_full_*.parquet"

HEAD = """## NAB's score, strictly causal

One threshold for the whole corpus, as NAB sets it for everybody. Our detectors know neither the range of a
file nor its length. NAB hands every detector the smallest and largest value of the whole file, and the best
published ones, with 70 to 75 on all 58 files (numenta HTM 70.1, ARTime 74.9), scale by them, which a live
service cannot."""


def run() -> Iterator[str]:
    yield HEAD
    if why := absent(PATTERN):
        yield why
        return
    series = list(read(PATTERN))
    rows = [(name, *_scores(series, name)) for name in ("novelty", "autoregression")]
    kinds = len({PurePath(one.name).parts[0] for one in series})
    windows = sum(len(File(one.values, one.labels).windows) for one in series)
    yield (
        f"{len(series)} of the 58 files, from {kinds} of 7 folders, {windows} windows; the settings of `novelty` "
        "were chosen on them."
    )
    yield table(("detector", *PROFILES), rows)


def _scores(series: list[Development], name: str) -> list[str]:
    files = [File(_scored(one, name), one.labels) for one in series]
    return [f"{best(files, profile)[0]:.1f}" for profile in PROFILES.values()]


def _scored(one: Development, name: str) -> Floats:
    """Most files are five minutes apart; nothing else of time is used."""
    (scores,) = detector(name).score(block_of([one], 5 * MINUTE)).values
    return np.asarray(np.nan_to_num(scores))
