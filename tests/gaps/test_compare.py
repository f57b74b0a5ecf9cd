import json
from dataclasses import replace

import numpy as np
import pytest

from reinfra.gaps import Outcome, Refusal, Scorecard, Setting, compare, to_json
from reinfra.gaps.policy import default_policy, parse_policy
from tests.gaps.made import PRICES, loads, rounds, together

HOW = Setting(PRICES, draws=500)


def scorecard(result: Scorecard | Refusal) -> Scorecard:
    assert isinstance(result, Scorecard)
    return result


def test_half_the_time_on_the_same_work_is_minus_fifty_percent(rng: np.random.Generator) -> None:
    ours, theirs = loads("ml.inf2.48xlarge", 1.0), loads("ml.g5.48xlarge", 2.0)
    found = scorecard(compare(ours, theirs, HOW, rng))
    for name in ("naive_latency", "latency", "time_per_token"):
        assert found.measure(name).figure.value == pytest.approx(-0.5, abs=1e-9)
    assert found.comparable
    assert found.gate("class").outcome is Outcome.PASSED


def test_the_same_draws_give_the_same_scorecard() -> None:
    sides = loads("ml.inf2.48xlarge", 1.0), loads("ml.g5.48xlarge", 2.0, seed=9)
    cards = [compare(*sides, HOW, np.random.default_rng(5)) for _ in range(2)]
    assert cards[0] == cards[1]


def test_swapping_the_sides_turns_the_ratio_over(rng: np.random.Generator) -> None:
    ours, theirs = loads("ml.inf2.48xlarge", 1.0), loads("ml.g5.48xlarge", 1.6, seed=9)
    there = scorecard(compare(ours, theirs, HOW, rng))
    back = scorecard(compare(theirs, ours, HOW, rng))
    for name in ("latency", "time_per_token"):
        pair = there.measure(name).figure.value, back.measure(name).figure.value
        assert (1 + (pair[0] or 0)) * (1 + (pair[1] or 0)) == pytest.approx(1)
    assert there.cost.price_part.value == pytest.approx(-(back.cost.price_part.value or 0))
    assert there.cost.throughput_part.value == pytest.approx(
        -(back.cost.throughput_part.value or 0)
    )


def test_traffic_that_shifts_to_slow_work_moves_the_naive_figure_only(
    rng: np.random.Generator,
) -> None:
    """The hardware is equal in every stratum; the candidate only got more of the slow requests."""
    sides = [
        together(
            rounds(instance, rows=60 - slow, seconds=1.0, payload="short", seed=4),
            rounds(instance, rows=slow, seconds=8.0, payload="long", seed=5),
        )
        for instance, slow in (("ml.inf2.48xlarge", 40), ("ml.g5.48xlarge", 20))
    ]
    found = scorecard(compare(sides[0], sides[1], HOW, rng))
    assert (found.measure("naive_latency").figure.value or 0) > 3
    latency = found.measure("latency").figure
    assert latency.low is not None
    assert latency.high is not None
    assert latency.low < 0 < latency.high


def test_a_stratum_that_contradicts_the_whole_is_flagged(rng: np.random.Generator) -> None:
    slow = rounds("ml.inf2.48xlarge", seconds=6.0, payload="odd", concurrency=4)
    fair = rounds("ml.g5.48xlarge", seconds=2.0, payload="odd", concurrency=4, seed=8)
    ours = together(loads("ml.inf2.48xlarge", 0.5), slow)
    theirs = together(loads("ml.g5.48xlarge", 2.0, seed=9), fair)
    found = scorecard(compare(ours, theirs, HOW, rng))
    assert [row.payload for row in found.strata if row.opposite] == ["odd"]
    assert found.gate("opposite strata").outcome is Outcome.FLAGGED


def test_no_price_is_a_reason_and_not_a_zero(rng: np.random.Generator) -> None:
    sides = loads("ml.inf2.48xlarge", 1.0), loads("ml.g5.48xlarge", 2.0)
    found = scorecard(compare(*sides, replace(HOW, prices={}), rng))
    assert found.cost.candidate.value is None
    assert "no price" in found.cost.candidate.reason
    assert found.candidate.usd_per_hour is None


def test_a_few_failures_slow_the_median_and_are_counted(rng: np.random.Generator) -> None:
    theirs = rounds("ml.g5.48xlarge")
    whole = scorecard(compare(rounds(), theirs, HOW, rng))
    failing = scorecard(compare(rounds(failed=9), theirs, HOW, rng))
    latency = [found.measure("latency").figure.value or 0 for found in (whole, failing)]
    assert latency[1] > latency[0]
    assert failing.measure("answered").figure.value == pytest.approx(-0.3)
    assert failing.strata[0].candidate_failed == 18


def test_an_answer_after_the_objective_is_a_miss(rng: np.random.Generator) -> None:
    sides = rounds(seconds=1.0), rounds("ml.g5.48xlarge", seconds=4.0)
    found = scorecard(compare(*sides, replace(HOW, slo_seconds=2.0), rng))
    assert found.measure("answered").figure.value == 1


def test_no_common_load_is_refused(rng: np.random.Generator) -> None:
    found = compare(rounds(payload="a"), rounds("ml.g5.48xlarge", payload="b"), HOW, rng)
    assert isinstance(found, Refusal)
    assert "no load at which to compare" in found.reasons[0]


def test_a_side_that_answered_nothing_is_refused(rng: np.random.Generator) -> None:
    found = compare(rounds(rows=9, failed=9), rounds("ml.g5.48xlarge"), HOW, rng)
    assert isinstance(found, Refusal)
    assert "no output token" in found.reasons[0]


def test_an_overridden_policy_is_named_in_the_scorecard(rng: np.random.Generator) -> None:
    text = '[[rule]]\nfamilies = ["g5"]\nclass = "purpose-built"\nreason = "ours"\n'
    policy = default_policy().overridden(parse_policy(f'version = "own"\n{text}', "own.toml"))
    sides = loads("ml.inf2.48xlarge", 1.0), loads("ml.g5.48xlarge", 2.0)
    found = scorecard(compare(*sides, replace(HOW, policy=policy), rng))
    assert found.baseline.class_policy.startswith("own over ")
    assert "no gap between classes" in found.gate("class").reason


def test_json_holds_everything_and_no_nan(rng: np.random.Generator) -> None:
    sides = rounds(failed=20), rounds("ml.g5.48xlarge")
    text = json.dumps(to_json(compare(*sides, HOW, rng)), allow_nan=False)
    read = json.loads(text)
    assert read["kind"] == "scorecard"
    assert read["candidate"]["infrastructure"] == "purpose-built"
    assert read["strata"][0]["candidate_failed"] == 40


def test_json_of_a_refusal_names_its_reasons(rng: np.random.Generator) -> None:
    refused = compare(rounds(payload="a"), rounds("ml.g5.48xlarge", payload="b"), HOW, rng)
    assert to_json(refused)["reasons"]
