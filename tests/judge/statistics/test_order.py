import numpy as np
import pytest

from judge.columns import columns
from judge.statistics import flip_rate
from tests.judge.recorded_sets import llmbar


@pytest.mark.parametrize(
    ("judge", "natural", "adversarial"),
    [
        ("GPT-4/Vanilla", 0.03, 0.08),
        ("ChatGPT/Vanilla", 0.26, 0.34),
        ("Falcon/Vanilla", 0.53, 0.61),
    ],
)
def test_flip_rates_of_llmbar_are_as_recorded(
    judge: str, natural: float, adversarial: float
) -> None:
    graded = llmbar()
    hard = [item for item in graded.items if "Adversarial" in item.stratum]
    plain = columns(graded.stratum("LLMBar/Natural"), judge)
    hostile = columns(graded.restricted(hard, "adversarial"), judge)
    assert flip_rate(plain.ab, plain.ba).value == pytest.approx(natural, abs=0.01)
    assert flip_rate(hostile.ab, hostile.ba).value == pytest.approx(adversarial, abs=0.01)


def test_flips_show_what_balanced_picks_hide() -> None:
    ab, ba = np.tile([1.0, 0.0], 50), np.tile([0.0, 1.0], 50)
    assert ab.mean() == ba.mean()
    assert flip_rate(ab, ba).value == 1


def test_pairs_seen_in_one_order_say_nothing() -> None:
    estimate = flip_rate(np.array([1.0, np.nan]), np.array([np.nan, 1.0]))
    assert np.isnan(estimate.value)
    assert estimate.reason == "no pair was judged in both orders"
