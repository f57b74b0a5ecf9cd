"""The checks that a pair goes through before, and beside, any figure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reinfra.gaps.deployments import split
from reinfra.gaps.matched import Matching
from reinfra.gaps.policy import Infrastructure
from reinfra.gaps.runs import Runs, distinct
from reinfra.gaps.scorecard import Gate, Outcome, Side


@dataclass(frozen=True, slots=True)
class Rules:
    """`least_share` is of either side's rows, `longer_answers` the ratio of output lengths worth a word.

    `over_prompt_share` is the share of rounds with more output than prompt tokens that no counter
    survives; a load test that really asks for answers longer than its prompts sets it above 1.
    """

    least_rows: int = 8
    least_strata: int = 3
    least_share: float = 0.60
    over_prompt_share: float = 0.99
    longer_answers: float = 1.2


def gates(
    candidate: Side, baseline: Side, runs: tuple[Runs, Runs], matching: Matching, rules: Rules
) -> tuple[Gate, ...]:
    """Every check of one pair, in the order in which a reader should meet them."""
    return (
        same_model(candidate, baseline),
        *(token_counter(side, rules.over_prompt_share) for side in runs),
        enough_strata(matching, rules),
        overlap(candidate, baseline, matching, rules.least_share),
        small_strata(matching),
        *(failures(side, of) for side, of in zip((candidate, baseline), runs, strict=True)),
        answer_length(candidate, baseline, rules.longer_answers),
        *(one_deployment(side) for side in runs),
        classes(candidate, baseline),
    )


def same_model(candidate: Side, baseline: Side) -> Gate:
    """Different models are different work, whatever hardware they ran on."""
    named = [
        f"{' and '.join(side.models)} on {side.instance_type}" for side in (candidate, baseline)
    ]
    if not (candidate.models and baseline.models):
        return Gate("model", Outcome.FLAGGED, "the file does not name the model of both sides")
    if len(candidate.models) == 1 and candidate.models == baseline.models:
        return Gate("model", Outcome.PASSED, f"both sides ran {candidate.models[0]}")
    return Gate("model", Outcome.REFUSED, f"different models: {named[0]}, {named[1]}")


def token_counter(runs: Runs, limit: float) -> Gate:
    """Refuses a side whose output tokens outnumber its prompt tokens in (nearly) every round.

    Such a counter includes the prompt, which makes a token look up to 80 times cheaper than it is.
    """
    name, instance = "token counter", runs.instance_type[0]
    answered = runs.select(runs.successes > 0)
    if not answered.output_tokens.sum() > 0:
        return Gate(name, Outcome.REFUSED, f"{instance} has no output token in any answered round")
    over = float(np.mean(answered.output_tokens > answered.prompt_tokens))
    if over < limit:
        said = f"{instance} counts more output than prompt tokens in {over:.0%} of the rounds"
        return Gate(name, Outcome.PASSED, said)
    mean = answered.output_tokens.sum() / answered.successes.sum()
    return Gate(
        name,
        Outcome.REFUSED,
        f"{instance} counts more output than prompt tokens in {over:.0%} of the rounds "
        f"({mean:,.0f} per answer): the counter includes the prompt, so nothing per token can be said",
    )


def enough_strata(matching: Matching, rules: Rules) -> Gate:
    count = len(matching.strata)
    said = f"{count} strata have at least {rules.least_rows} rows on both sides"
    if not count:
        return Gate("strata", Outcome.REFUSED, f"{said}: there is no load at which to compare")
    few = count < rules.least_strata
    return Gate("strata", Outcome.FLAGGED if few else Outcome.PASSED, said)


def overlap(candidate: Side, baseline: Side, matching: Matching, least: float) -> Gate:
    shares = {
        candidate.instance_type: matching.candidate_share,
        baseline.instance_type: matching.baseline_share,
    }
    said = " and ".join(f"{share:.0%} of the rows of {name}" for name, share in shares.items())
    if candidate.instance_type == baseline.instance_type:
        said = f"{matching.candidate_share:.0%} and {matching.baseline_share:.0%} of the rows"
    if min(matching.candidate_share, matching.baseline_share) >= least:
        return Gate("overlap", Outcome.PASSED, f"the matched strata hold {said}")
    return Gate(
        "overlap",
        Outcome.LIMITED,
        f"not comparable as a whole: the matched strata hold {said}, and less than {least:.0%} of a "
        "side is too little; the figures speak for the matched strata only",
    )


def small_strata(matching: Matching) -> Gate:
    if not matching.dropped:
        return Gate("dropped strata", Outcome.PASSED, "every stratum is on both sides")
    names = ", ".join(
        f"{lost.payload} x {lost.concurrency} ({lost.candidate_rows} against {lost.baseline_rows} rows)"
        for lost in matching.dropped
    )
    return Gate("dropped strata", Outcome.FLAGGED, f"left out of the comparison: {names}")


def failures(side: Side, runs: Runs) -> Gate:
    if not side.failed_requests:
        said = f"{side.instance_type} answered all {side.requests} requests"
        return Gate("failures", Outcome.PASSED, said)
    worst = "; ".join(_failing_strata(runs))
    return Gate(
        "failures",
        Outcome.FLAGGED,
        f"{side.instance_type} failed {side.failed_requests} of {side.requests} requests ({worst}): "
        "they count as requests that never ended and are not left out",
    )


def _failing_strata(runs: Runs) -> Iterator[str]:
    for payload, concurrency in sorted(set(runs.strata)):
        here = (runs.payload == payload) & (runs.concurrency == concurrency)
        if failed := int(runs.errors[here].sum()):
            yield f"{failed} of {int(runs.concurrency[here].sum())} in {payload} x {concurrency}"


def answer_length(candidate: Side, baseline: Side, limit: float) -> Gate:
    """Answers of different length make latency per request compare different work."""
    ours, theirs = candidate.mean_output_tokens, baseline.mean_output_tokens
    if ours is None or theirs is None:
        return Gate("answer length", Outcome.FLAGGED, "a side has no answer at all")
    said = f"answers have {ours:.0f} against {theirs:.0f} tokens on average"
    if min(ours, theirs) * limit >= max(ours, theirs):
        return Gate("answer length", Outcome.PASSED, said)
    said += ": latency per request compares different work, time per output token does not"
    return Gate("answer length", Outcome.FLAGGED, said)


def one_deployment(runs: Runs) -> Gate:
    """Rows of several deployments under one name mix settings that nobody asked to be mixed."""
    parts = split(runs)
    if len(parts) == 1:
        return Gate("deployment", Outcome.PASSED, f"one deployment: {runs.experiment[0]}")
    names = dict.fromkeys(str(part.endpoint[0] or part.experiment[0]) for part in parts)
    said = f"several deployments pooled: {', '.join(names)}{_step_between(parts)}"
    return Gate("deployment", Outcome.FLAGGED, said)


def _step_between(parts: list[Runs]) -> str:
    """How far the slowest deployment is from the fastest, on one piece of hardware."""
    answered = [part.time_per_token[part.output_tokens > 0] for part in parts]
    medians = [float(np.median(times)) for times in answered if times.size]
    if len(distinct(np.concatenate([part.instance_type for part in parts]))) > 1 or not medians:
        return ""
    times = max(medians) / min(medians)
    return (
        f"; {times:.1f} times between them on one hardware is the deployment's, not the silicon's"
    )


def classes(candidate: Side, baseline: Side) -> Gate:
    """Whether this pair is one of purpose-built against adapted at all."""
    kinds = {candidate.infrastructure, baseline.infrastructure}
    if candidate.instance_type == baseline.instance_type:
        said = "the same hardware on both sides: what differs is the deployment, not the silicon"
        return Gate("class", Outcome.FLAGGED, said)
    if Infrastructure.UNCLASSIFIED in kinds:
        return Gate("class", Outcome.FLAGGED, "the policy does not classify both sides")
    if len(kinds) == 1:
        said = f"both sides are {candidate.infrastructure}: no gap between classes is measured"
        return Gate("class", Outcome.FLAGGED, said)
    said = f"{candidate.infrastructure} against {baseline.infrastructure}"
    return Gate("class", Outcome.PASSED, said)
