"""The vectorised score against NAB's rules written out, one point and one threshold at a time."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.detection.nab_score import PROFILES, File, Profile, best, probation


def sigmoid(x: float) -> float:
    return -1.0 if x > 3 else 2 / (1 + math.exp(5 * x)) - 1


def literal(file: File, profile: Profile, threshold: float) -> float:
    total = 0.0
    first = probation(file.scores.size)
    for begin, end in file.windows:
        hits = [at for at in range(max(begin, first), end + 1) if file.scores[at] >= threshold]
        if hits:
            width = end - begin + 1
            total += sigmoid(-(end - hits[0] + 1) / width) / sigmoid(-1.0)
        elif end >= first:
            total -= profile.missed
    for at in range(first, file.scores.size):
        if file.scores[at] < threshold or file.labels[at]:
            continue
        before = [(begin, end) for begin, end in file.windows if end < at]
        if not before:
            total -= profile.false
            continue
        begin, end = before[-1]
        total += profile.false * sigmoid((at - end) / max(end - begin, 1))
    return total


@given(seed=st.integers(0, 10_000), name=st.sampled_from(list(PROFILES)))
@settings(max_examples=40, deadline=None)
def test_the_best_score_is_the_one_that_the_rules_give(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    profile, files = PROFILES[name], []
    for _ in range(2):
        labels = np.zeros(60, np.bool_)
        for begin in rng.choice([12, 25, 40, 52], 2, replace=False):
            labels[begin : begin + rng.integers(2, 7)] = True
        files.append(File(rng.integers(0, 5, 60) / 4 + labels * 0.25, labels))
    thresholds = [*np.unique([one.scores for one in files]), math.inf]
    values = [sum(literal(one, profile, each) for one in files) for each in thresholds]
    windows = sum(len(one.windows) for one in files)
    score, threshold = best(files, profile)
    silent = -profile.missed * windows
    assert score == pytest.approx(100 * (max(values) - silent) / (windows - silent))
    assert values[thresholds.index(threshold)] == pytest.approx(max(values))


def test_a_detector_that_never_speaks_has_nothing_and_one_that_is_always_at_once_right_has_all() -> (
    None
):
    labels = np.zeros(200, np.bool_)
    labels[100:120] = True
    perfect = np.zeros(200)
    perfect[100] = 1
    assert best([File(np.zeros(200), labels)], PROFILES["standard"])[0] == pytest.approx(0)
    score, threshold = best([File(perfect, labels)], PROFILES["standard"])
    assert score == pytest.approx(100)
    assert threshold == 1


@pytest.mark.parametrize(("points", "wanted"), [(4032, 604), (1243, 186), (22_695, 750)])
def test_the_first_points_are_not_judged(points: int, wanted: int) -> None:
    assert probation(points) == wanted
