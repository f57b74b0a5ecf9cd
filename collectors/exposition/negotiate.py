"""Which grammar a page is in: asked for by Accept, told by Content-Type, never guessed from the page."""

import enum
from collections.abc import Sequence
from email.message import Message

from collectors.base import CollectorError
from collectors.exposition.malformed import shown


class Grammar(enum.StrEnum):
    OPEN_METRICS = "openmetrics"
    PROTOBUF = "protobuf"
    TEXT = "text"


_ASKED = {
    Grammar.OPEN_METRICS: ("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8",),
    Grammar.PROTOBUF: (
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
    ),
    Grammar.TEXT: ("text/plain;version=1.0.0;escaping=allow-utf-8", "text/plain;version=0.0.4"),
}
"""Without `escaping`, newer client libraries write vllm_tokens below a TYPE line of vllm:tokens."""
_TOLD = {asked[0].partition(";")[0]: grammar for grammar, asked in _ASKED.items()}
_VERSIONS = ("", "0.0.1", "1.0.0")


def accept(grammars: Sequence[Grammar]) -> str:
    """The Accept header that asks for these grammars, the first one most."""
    asked = [each for grammar in grammars for each in _ASKED[grammar]]
    weights = (f"{each};q={(9 - i) / 10}" for i, each in enumerate(asked))
    return ",".join([*weights, "*/*;q=0.1"])


def grammar_of(content_type: str, fallback: Grammar | None = None) -> Grammar:
    """The grammar that a Content-Type header names.

    `fallback` is taken where there is none, or one of no known format. Raises CollectorError without it.
    """
    told = content_type.partition(";")[0].strip().lower()
    grammar = _TOLD.get(told, fallback)
    if grammar is None:
        what = f"{shown(told)} is no metrics page" if told else "no Content-Type"
        raise CollectorError(what, todo="If it is one all the same, set `fallback` to its format.")
    if told in _TOLD:
        header = Message()
        header["Content-Type"] = content_type
        _check_parameters(grammar, header)
    return grammar


def _check_parameters(grammar: Grammar, header: Message) -> None:
    version = str(header.get_param("version") or "")
    if grammar is Grammar.OPEN_METRICS and version not in _VERSIONS:
        raise CollectorError(f"OpenMetrics {shown(version)} is not read here")
    if grammar is Grammar.PROTOBUF:
        proto, encoding = (header.get_param(name) for name in ("proto", "encoding"))
        if proto != "io.prometheus.client.MetricFamily" or encoding != "delimited":
            raise CollectorError(
                "a protobuf other than delimited io.prometheus.client.MetricFamily"
            )
