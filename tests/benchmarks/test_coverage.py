import numpy as np

from benchmarks.judge.coverage import LABELS, drawn
from judge.columns import columns
from judge.pairs import wins_of
from tests.judge.recorded_sets import generator, llmbar, pandalm


def test_a_sample_has_many_verdicts_and_a_hundred_labels() -> None:
    score, human, clusters = drawn(columns(llmbar(), "GPT-4/CoT"), generator())
    assert score.size == human.size == 1_000
    assert (~np.isnan(human)).sum() == LABELS
    assert clusters is None


def test_clusters_are_drawn_whole_and_stand_apart_when_drawn_twice() -> None:
    world = columns(wins_of(pandalm(), "llama-7b"), "pandalm-7b")
    score, human, clusters = drawn(world, generator())
    assert clusters is not None
    assert world.clusters is not None
    assert score.size == human.size == clusters.size
    assert 900 < score.size < 1_100
    sizes = np.unique(np.unique(clusters, return_counts=True)[1])
    assert set(sizes) <= set(np.unique(world.clusters, return_counts=True)[1])
