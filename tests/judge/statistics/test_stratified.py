import numpy as np

from judge.statistics import mean_interval, ppi_mean, stratified_labels, stratified_ppi
from tests.judge.recorded_sets import generator

RATES, KIND = np.array([0.9, 0.5, 0.3]), np.array([0.0, 0.1, 0.5])


def world(random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Three models; the judge is kinder the worse they are; the worst is labelled most densely."""
    strata = random.choice(3, 1_500, p=[0.6, 0.3, 0.1])
    truth = (random.random(1_500) < RATES[strata]).astype(np.float64)
    judge = np.maximum(truth, random.random(1_500) < KIND[strata]).astype(np.float64)
    human = np.full(1_500, np.nan)
    for stratum, labels in enumerate((40, 50, 60)):
        drawn = random.permutation(np.flatnonzero(strata == stratum))[:labels]
        human[drawn] = truth[drawn]
    return judge, human, strata


def test_strata_labelled_unevenly_are_counted_by_their_share_of_all_items() -> None:
    random, true = generator(), float(RATES @ [0.6, 0.3, 0.1])
    hits = np.zeros(3)
    for _ in range(200):
        judge, human, strata = world(random)
        estimates = (
            stratified_ppi(judge, human, strata),
            stratified_labels(human, strata),
            ppi_mean(judge, human),
        )
        hits += [each.low <= true <= each.high for each in estimates]
    assert hits[0] >= 0.92 * 200
    assert hits[1] >= 0.92 * 200
    assert hits[2] < 0.3 * 200


def test_strata_with_few_labels_are_left_aside_and_the_method_says_so() -> None:
    judge, human, strata = world(generator())
    strata[:5] = 3
    assert stratified_ppi(judge, human, strata).method == "PPI++"
    assert stratified_labels(human, strata) == mean_interval(human)


def test_labels_that_agree_throughout_claim_no_certainty() -> None:
    strata = np.arange(1_000) % 2
    human = np.where(np.arange(1_000) < 120, 1.0, np.nan)
    assert stratified_labels(human, strata).width > 0.02


def test_a_stratum_that_is_labelled_whole_is_taken_as_it_is() -> None:
    judge, human, strata = world(generator())
    human[strata == 2] = 0.0
    estimate = stratified_ppi(judge, human, strata)
    assert estimate.method == "stratified PPI++"
    assert estimate.low < 0.69 < estimate.high
