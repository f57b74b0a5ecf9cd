import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.statistics.labelling import Basis, Why, expired, next_to_label
from tests.judge.recorded_sets import generator

BASIS = Basis("llama@1", "p3", "bedrock/nova@1")


def test_labels_expire_with_the_model_the_prompt_and_the_judge() -> None:
    assert expired(BASIS, BASIS) == ""
    assert "answering model" in expired(BASIS, Basis("llama@2", "p3", BASIS.judge))
    assert "prompt" in expired(BASIS, Basis(BASIS.model, "p4", BASIS.judge))
    assert "judge" in expired(BASIS, Basis(BASIS.model, "p3", "bedrock/nova@2"))


def test_the_stratum_nearest_to_a_hundred_comes_first_then_the_weekly_share() -> None:
    strata = np.repeat([0, 1, 2], 400)
    counting = np.zeros(1_200, bool)
    counting[:100] = counting[400:480] = counting[800:830] = True
    wanted = next_to_label(strata, counting, [15, 0, 0], 100, generator())
    assert [each.stratum for each in wanted] == [1] * 20 + [2] * 70 + [0] * 5 + [1] * 0 + [2] * 0
    assert wanted[0].probability == 20 / 320
    assert {each.why for each in wanted[-5:]} == {Why.REFRESH}


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 300), st.integers(0, 2**32))
def test_no_item_twice_none_that_is_labelled_and_never_more_than_the_budget(
    budget: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    strata, counting = random.integers(0, 4, 300), random.random(300) < 0.3
    items = [one.item for one in next_to_label(strata, counting, [0] * 4, budget, random)]
    assert len(items) == len(set(items)) == min(budget, int((~counting).sum()))
    assert not counting[items].any()
