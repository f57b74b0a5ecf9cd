"""The outer levels, which are numbered alike for metrics, traces and logs.

Export…ServiceRequest { Resource… = 1 }, Resource… { resource = 1, scope_… = 2 }, Scope… { items = 2 }
(opentelemetry/proto/collector/*/v1/*.proto). What a scope says of itself, its library's name, is not read.
"""

from collections.abc import Iterator

from collectors.otlp.wire import BYTES, Span, Wire, tag_of

_RESOURCES = tag_of(1, BYTES)
_RESOURCE = tag_of(1, BYTES)
_SCOPES = tag_of(2, BYTES)
_ITEMS = tag_of(2, BYTES)


def resources(wire: Wire) -> Iterator[Span]:
    """Where the message of each resource is, with all that it sends."""
    for tag, start, end in wire.fields(0, len(wire.data)):
        if tag == _RESOURCES:
            yield start, end


def group(wire: Wire, start: int, end: int) -> tuple[bytes, list[Span]]:
    """The resource's own message, and where its metrics, spans or log records are."""
    resource = b""  # a message field that comes twice is merged: its bytes one after the other
    items: list[Span] = []
    for tag, at, after in wire.fields(start, end):
        if tag == _RESOURCE:
            resource += wire.data[at:after]
        elif tag == _SCOPES:
            found = wire.fields(at, after)
            items += [(one, two) for inner, one, two in found if inner == _ITEMS]
    return resource, items


def groups(wire: Wire) -> Iterator[tuple[bytes, list[Span]]]:
    """`group` of each of `resources`."""
    for start, end in resources(wire):
        yield group(wire, start, end)
