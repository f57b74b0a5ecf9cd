"""Which series say how much a service was asked to do, for a series that says how long it took."""

from collections.abc import Sequence

from reinfra.model import SeriesKey

_REQUESTS = (
    "gen_ai.server.request.rate",
    "gen_ai.server.request.count",
    "gen_ai.server.request.completed",
    "gen_ai.client.operation.count",
    "aws.elb.request.count",
    "aws.bedrock.invocations",
    "aws.sagemaker.invocations",
    "aws.s3.requests.all",
)
_TOKENS = ("gen_ai.server.token.rate", "gen_ai.server.token.count", "aws.bedrock.tokens")
LOADS = (*_REQUESTS, *_TOKENS)
_TYPE, _ASKED = "gen_ai.token.type", "input"
_MOST = 3


def loads_of(latency: SeriesKey, keys: Sequence[SeriesKey]) -> list[int]:
    """The rows of at most three loads of the same service: requests, and tokens that came in.

    A load belongs to a latency that has all its labels. What piles up (requests running or waiting, tokens
    written) is left out: a slow service makes it itself, and it would explain the slowness away.
    """
    rows = [row for row, key in enumerate(keys) if is_load(key) and _belongs(key, latency)]
    by_name: dict[str, int] = {}
    for row in rows:
        by_name.setdefault(keys[row].metric, row)
    order = {name: place for place, name in enumerate((*_REQUESTS, *_TOKENS))}
    return [by_name[name] for name in sorted(by_name, key=order.__getitem__)][:_MOST]


def is_load(key: SeriesKey) -> bool:
    """Whether a series counts what a service was asked to do."""
    asked = key.label(_TYPE, _ASKED) == _ASKED
    return key.metric in _REQUESTS or (key.metric in _TOKENS and asked)


def _belongs(load: SeriesKey, latency: SeriesKey) -> bool:
    labels = {pair for pair in load.labels if pair[0] != _TYPE}
    return labels <= set(latency.labels) and bool(labels or not latency.labels)
