from dataclasses import replace

import numpy as np
import pytest

from reinfra.gaps.gates import Rules, one_deployment, same_model, token_counter
from reinfra.gaps.policy import default_policy
from reinfra.gaps.scorecard import Outcome
from reinfra.gaps.sides import describe
from tests.gaps.made import PRICES, rounds, together


def test_one_round_of_normal_length_saves_a_counter_only_above_the_limit() -> None:
    runs = rounds(rows=50)
    over = replace(runs, output_tokens=runs.prompt_tokens + 20)
    assert token_counter(over, 0.99).outcome is Outcome.REFUSED
    mixed = together(over, rounds(rows=5))
    assert token_counter(mixed, 0.99).outcome is Outcome.PASSED


def test_long_answers_can_be_allowed() -> None:
    runs = rounds()
    long = replace(runs, output_tokens=runs.prompt_tokens * 2)
    assert token_counter(
        long, replace(Rules(), over_prompt_share=1.1).over_prompt_share
    ).outcome is (Outcome.PASSED)


@pytest.mark.parametrize(
    ("models", "outcome"),
    [
        (("a", "a"), Outcome.PASSED),
        (("a", "b"), Outcome.REFUSED),
        (("a", ""), Outcome.FLAGGED),
    ],
)
def test_only_one_model_can_be_compared(models: tuple[str, str], outcome: Outcome) -> None:
    sides = [
        describe(replace(rounds(), model=np.full(30, model)), PRICES, default_policy())
        for model in models
    ]
    assert same_model(sides[0], sides[1]).outcome is outcome


def test_pooled_deployments_are_flagged() -> None:
    runs = rounds()
    names = np.array(["batch 4", "batch 8"] * 15)
    assert one_deployment(runs).outcome is Outcome.PASSED
    assert one_deployment(replace(runs, experiment=names)).outcome is Outcome.FLAGGED
