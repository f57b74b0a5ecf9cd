"""The figures that the shipped runs must give, from the definitions beside the data."""

import math

import pytest

from reinfra.gaps import Figure, Outcome, Refusal, Scorecard

Results = dict[str, Scorecard | Refusal]

INF48_G48 = "inf2.48xlarge against g5.48xlarge in 13b_2024-01-19.csv"
INF24_G24 = "inf2.24xlarge against g5.24xlarge in 13b_2024-01-19.csv"
INF48_P4D = "inf2.48xlarge against p4d.24xlarge in 13b_2024-01-19.csv"
FAILING = "inf2.48xlarge against g5.48xlarge in 13b_2024-01-18.csv"
OTHER_MODEL = "inf2.48xlarge against p4d.24xlarge in 13b_2024-01-18.csv"
BAD_COUNTER = "g5.48xlarge against p4d.24xlarge in 70b_2024-01-18.csv"
REDEPLOYED = "inf2.24xlarge in 13b_2024-01-19.csv against inf2.24xlarge in 13b_2024-01-18.csv"


def card(recorded: Results, title: str) -> Scorecard:
    result = recorded[title]
    assert isinstance(result, Scorecard)
    return result


def refusal(recorded: Results, title: str) -> Refusal:
    result = recorded[title]
    assert isinstance(result, Refusal)
    return result


def percents(figure: Figure) -> tuple[float, ...]:
    parts = (figure.value, figure.low, figure.high)
    return tuple(100 * part for part in parts if part is not None)


@pytest.mark.parametrize(
    ("title", "naive", "latency", "per_token"),
    [
        (INF48_G48, -69, (-73, -74, -71), (-28, -34, -23)),
        (INF24_G24, -49, (-44, -50, -36), (31, 21, 42)),
        (INF48_P4D, 8, (9, -2, 19), (-8, -14, 0)),
    ],
)
def test_the_runs_of_19_january_give_the_published_gaps(
    recorded: Results,
    title: str,
    naive: float,
    latency: tuple[float, ...],
    per_token: tuple[float, ...],
) -> None:
    found = card(recorded, title)
    assert percents(found.measure("naive_latency").figure) == pytest.approx((naive,), abs=0.6)
    assert percents(found.measure("latency").figure) == pytest.approx(latency, abs=1.6)
    assert percents(found.measure("time_per_token").figure) == pytest.approx(per_token, abs=1.6)


@pytest.mark.parametrize(
    ("title", "usd", "baseline_usd", "price_part", "throughput_part"),
    [
        (INF48_G48, 121.98, 251.10, -47.77, -81.36),
        (INF24_G24, 94.78, 98.67, -25.85, 21.96),
        (INF48_P4D, 121.98, 326.54, -183.31, -21.26),
    ],
)
def test_the_cost_gap_is_price_plus_throughput(
    recorded: Results,
    title: str,
    usd: float,
    baseline_usd: float,
    price_part: float,
    throughput_part: float,
) -> None:
    cost = card(recorded, title).cost
    found = [cost.candidate, cost.baseline, cost.price_part, cost.throughput_part]
    expected = [usd, baseline_usd, price_part, throughput_part]
    assert [figure.value for figure in found] == pytest.approx(expected, abs=0.006)
    assert cost.residual == pytest.approx(0, abs=1e-9)


def test_the_naive_figure_has_the_wrong_sign_and_says_so(recorded: Results) -> None:
    gate = card(recorded, INF24_G24).gate("naive sign")
    assert gate.outcome is Outcome.FLAGGED
    assert "-49%" in gate.reason
    assert "+31%" in gate.reason


def test_missing_strata_make_a_pair_incomparable_as_a_whole(recorded: Results) -> None:
    found = card(recorded, INF24_G24)
    assert not found.comparable
    assert "not comparable" in found.verdict
    assert (found.candidate_share, found.baseline_share) == pytest.approx((0.86, 0.39), abs=0.005)
    lost = {(one.payload, one.concurrency) for one in found.dropped if not one.candidate_rows}
    assert lost == {
        ("payload_en_3000-4000", 1),
        ("payload_en_3000-4000", 2),
        ("payload_en_3000-4000", 4),
    }


def test_strata_with_few_rows_are_dropped_and_listed(recorded: Results) -> None:
    found = card(recorded, INF48_G48)
    assert found.comparable
    assert len(found.strata) == 7
    assert {(one.candidate_rows, one.baseline_rows) for one in found.dropped} == {
        (1, 1),
        (3, 3),
        (7, 7),
    }


def test_failed_requests_leave_no_median_and_no_cost_instead_of_a_flattering_one(
    recorded: Results,
) -> None:
    found = card(recorded, FAILING)
    assert found.measure("time_per_token").figure.value is None
    assert "46 of 56" in found.measure("time_per_token").figure.reason
    assert found.cost.difference.value is None
    answered = found.measure("answered").figure
    assert answered.high is not None
    assert answered.high < 0
    assert found.candidate.failed_requests == 59


def test_output_that_counts_the_prompt_is_refused(recorded: Results) -> None:
    (reason,) = refusal(recorded, BAD_COUNTER).reasons
    assert "counter includes the prompt" in reason


def test_an_endpoint_of_another_model_is_refused(recorded: Results) -> None:
    reasons = refusal(recorded, OTHER_MODEL).reasons
    assert any("llama2-13b" in reason and "llama2-70b-chat" in reason for reason in reasons)


def test_a_step_between_two_runs_is_the_deployments_not_the_hardwares(recorded: Results) -> None:
    found = card(recorded, REDEPLOYED)
    assert "deployment, not the silicon" in found.gate("class").reason
    assert any(
        factor.startswith("serving container: djl-inference:0.26") for factor in found.unmatched
    )
    assert percents(found.measure("time_per_token").figure)[0] < -70


def test_every_figure_has_an_interval_or_a_reason(recorded: Results) -> None:
    for result in recorded.values():
        if isinstance(result, Scorecard):
            cost = [result.cost.difference, result.cost.price_part, result.cost.throughput_part]
            strata = [row.time_per_token for row in result.strata]
            for figure in (*cost, *strata, *(measure.figure for measure in result.measures)):
                assert (figure.low is not None) or figure.reason
                assert figure.value is None or math.isfinite(figure.value)
