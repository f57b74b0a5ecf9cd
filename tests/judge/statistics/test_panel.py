import numpy as np
import pytest

from judge.columns import columns
from judge.recorded import version_of
from judge.statistics import ppi_mean
from judge.statistics.length import length_preference
from judge.statistics.panel import fitted_panel
from reinfra.errors import InputError
from tests.judge.recorded_sets import generator, triviaqa


def test_fitted_weights_beat_a_majority_and_the_panel_can_be_corrected() -> None:
    part = version_of(triviaqa(), "V2")
    tables = [columns(part, judge) for judge in part.judges]
    scores, truth = np.column_stack([each.score for each in tables]), tables[0].human
    known = np.flatnonzero(~np.isnan(truth))
    labelled = generator().choice(known, 150, replace=False)
    human = np.full(truth.size, np.nan)
    human[labelled] = truth[labelled]
    panel = fitted_panel(scores, human, generator())
    rest = np.setdiff1d(known, labelled)
    right = ((panel.score > 0.5) == truth)[rest].mean()
    majority = ((np.nan_to_num(scores).mean(axis=1) > 0.5) == truth)[rest].mean()
    assert right > 0.93
    assert right > majority + 0.02
    assert part.judges[int(np.argmax(panel.weights))] == "GPT-4"
    corrected = ppi_mean(panel.score[known], human[known])
    assert corrected.low <= truth[known].mean() <= corrected.high


def test_without_labels_there_is_no_panel() -> None:
    with pytest.raises(InputError, match="best judge alone"):
        fitted_panel(np.ones((500, 3)), np.full(500, np.nan), generator())


def test_items_that_no_judge_graded_stay_unknown() -> None:
    scores = np.ones((300, 2))
    scores[:, 0] = np.arange(300) % 2
    scores[7] = np.nan
    human = np.where(np.arange(300) < 120, np.arange(300) % 2, np.nan)
    panel = fitted_panel(scores, human, generator())
    assert np.flatnonzero(np.isnan(panel.score)).tolist() == [7]


def test_the_longer_answer_is_preferred_in_so_many_of_the_decided_pairs() -> None:
    first = np.array([1.0, 1.0, 0.0, 0.5, np.nan, 1.0])
    lengths = np.array([[9, 5], [3, 8], [2, 6], [9, 1], [9, 1], [4, 4]])
    found = length_preference(first, lengths)
    assert (found.value, found.n) == (2 / 3, 3)
    assert length_preference(first[3:], lengths[3:]).reason == "no pair was decided"
