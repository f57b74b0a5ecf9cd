import numpy as np
import pytest

from judge.columns import ratings
from judge.statistics import krippendorff_alpha
from tests.judge.recorded_sets import generator, pandalm

NAN = np.nan
# Four observers, twelve units, nominal: the worked example C of Krippendorff 2011, alpha 0.743.
EXAMPLE = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T


def test_alpha_is_that_of_krippendorffs_worked_example() -> None:
    estimate = krippendorff_alpha(EXAMPLE, generator())
    assert estimate.value == pytest.approx(0.743, abs=5e-4)
    assert estimate.n == 11


def test_alpha_of_pandalms_annotators_is_as_recorded() -> None:
    estimate = krippendorff_alpha(ratings(pandalm()), generator())
    assert estimate.value == pytest.approx(0.859, abs=5e-4)
    assert estimate.low < 0.859 < estimate.high
    assert estimate.width < 0.1


def test_the_same_draws_give_the_same_interval() -> None:
    one, other = (krippendorff_alpha(EXAMPLE, generator()) for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        (np.array([[1.0, NAN], [NAN, 2.0]]), "no item has two ratings"),
        (np.ones((5, 3)), "every rating is the same category"),
        (np.empty((0, 0)), "no item has two ratings"),
    ],
)
def test_alpha_says_why_it_is_unknown(ratings: np.ndarray, reason: str) -> None:
    assert krippendorff_alpha(ratings, generator()).reason == reason
