"""Against a slow reading of the definition, point by point and threshold by threshold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.detection.vus_score import THRESHOLDS, vus_pr


def ranges_of(label: list[bool]) -> list[tuple[int, int]]:
    found, start = [], None
    for i, one in enumerate([*label, False]):
        if one and start is None:
            start = i
        if not one and start is not None:
            found.append((start, i - 1))
            start = None
    return found


def weights(label: list[bool], width: int) -> list[float]:
    weight = [0.0] * len(label)
    for begin, end in ranges_of(label):
        for i in range(len(label)):
            distance = begin - i if i < begin else i - end
            if 0 < distance <= width // 2:
                weight[i] += math.sqrt(1 - distance / width)
    return [1.0 if inside else min(one, 1.0) for one, inside in zip(weight, label, strict=True)]


def joined(label: list[bool], half: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin, end in ranges_of(label):
        if found and found[-1][1] + half >= begin - half:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    last = len(label) - 1
    return [(max(begin - half, 0), min(end + half, last)) for begin, end in found]


def literal(score: list[float], label: list[bool], window: int) -> float:
    order = sorted(score, reverse=True)
    levels = [order[int(p)] for p in np.linspace(0, len(score) - 1, THRESHOLDS)]
    areas = []
    for width in range(window + 1):
        weight, wide = weights(label, width), joined(label, width // 2)
        area = before = 0.0
        for level in levels:
            over = [one >= level for one in score]
            hit = sum(w for w, o in zip(weight, over, strict=True) if o)
            near = sum(w for w, o, i in zip(weight, over, label, strict=True) if o and not i)
            expected = (sum(label) + sum(label) + near) / 2
            reached = sum(any(over[a : b + 1]) for a, b in wide) / len(wide)
            recall = min(hit / expected, 1) * reached
            area += (recall - before) * hit / sum(over)
            before = recall
        areas.append(area)
    return sum(areas) / len(areas)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=8, max_size=30),
    st.integers(0, 9),
)
@settings(max_examples=50, deadline=None)
def test_it_is_what_the_definition_says(rows: list[tuple[int, bool]], window: int) -> None:
    rows = [*rows, (3, True)]
    score, label = [float(s) for s, _ in rows], [one for _, one in rows]
    found = vus_pr(np.array(score), np.array(label), window)
    assert found == pytest.approx(literal(score, label, window), abs=1e-12)


def test_scores_that_are_the_labels_are_perfect_without_a_window() -> None:
    label = np.arange(500) // 50 == 3
    assert vus_pr(label.astype(float), label, 0) == pytest.approx(1.0)
