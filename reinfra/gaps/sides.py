"""Describes one side of a comparison, and what is not equal on the two."""

from collections.abc import Iterator

from reinfra.gaps.policy import ClassPolicy
from reinfra.gaps.prices import Prices
from reinfra.gaps.runs import Runs, distinct
from reinfra.gaps.scorecard import Side


def describe(runs: Runs, prices: Prices, policy: ClassPolicy) -> Side:
    instance = str(runs.instance_type[0])
    classified = policy.classify(instance)
    price = prices.get(instance)
    requests, answered = int(runs.concurrency.sum()), int(runs.successes.sum())
    return Side(
        instance_type=instance,
        infrastructure=classified.infrastructure,
        class_reason=classified.reason,
        class_policy=classified.policy,
        source=runs.source,
        models=distinct(runs.model),
        endpoints=distinct(runs.endpoint),
        containers=distinct(runs.container),
        rows=len(runs),
        requests=requests,
        failed_requests=int(runs.errors.sum()),
        mean_prompt_tokens=float(runs.prompt_tokens.sum()) / requests,
        mean_output_tokens=float(runs.output_tokens.sum()) / answered if answered else None,
        usd_per_hour=price.usd_per_hour if price else None,
        price_source=price.source if price else "",
    )


def title(candidate: Side, baseline: Side) -> str:
    names = [side.instance_type.removeprefix("ml.") for side in (candidate, baseline)]
    if candidate.source == baseline.source:
        return f"{names[0]} against {names[1]} in {candidate.source}"
    return f"{names[0]} in {candidate.source} against {names[1]} in {baseline.source}"


def unmatched(candidate: Side, baseline: Side) -> Iterator[str]:
    """What differs between the sides, or may, and is not held equal by the strata."""
    if candidate.containers != baseline.containers:
        ours, theirs = (", ".join(side.containers) or "?" for side in (candidate, baseline))
        yield f"serving container: {ours} against {theirs}"
    elif not candidate.containers:
        yield "serving container: the file does not name it"
    if candidate.mean_output_tokens and baseline.mean_output_tokens:
        lengths = (candidate.mean_output_tokens, baseline.mean_output_tokens)
        yield f"answer length: {lengths[0]:.0f} against {lengths[1]:.0f} tokens on average"
    yield "precision, batching and quantisation: not held equal"
    yield "answer quality: not measured"
    yield "time of day and the requests' order: the file has no usable times"
