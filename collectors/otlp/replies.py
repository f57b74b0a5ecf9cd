"""What is answered: the response of a signal, or a google.rpc.Status that says what is wrong."""

import math

from collectors.otlp.protobuf import BadRequest, Message, MessageToJson, RetryInfo, Status

RETRY_SECONDS = 2.0
"""After which a client may come again: long enough for a write to end, too short to fill its queue."""
_LONGEST = 1_000


def encoded(message: Message, *, as_json: bool) -> bytes:
    """Protobuf or OTLP/JSON."""
    if as_json:
        return str(MessageToJson(message, indent=None)).encode()
    return bytes(message.SerializeToString())


def status(said: str) -> Message:
    """A Status with this message; `code` is for gRPC alone to set."""
    return Status(message=said[:_LONGEST])


def bad_request(said: str, code: int = 0) -> Message:
    """What cannot be decoded, with the details that the specification asks for ("Bad Data")."""
    found = Status(code=code, message=said[:_LONGEST])
    violation = BadRequest.FieldViolation(field="body", description=said[:_LONGEST])
    found.details.add().Pack(BadRequest(field_violations=[violation]))
    return found


def come_again(said: str, code: int = 0) -> Message:
    """What a client may try again, with when ("OTLP/gRPC Throttling")."""
    found = Status(code=code, message=said[:_LONGEST])
    found.details.add().Pack(retry_info())
    return found


def retry_info() -> Message:
    seconds, part = math.floor(RETRY_SECONDS), RETRY_SECONDS % 1
    found = RetryInfo()
    found.retry_delay.seconds, found.retry_delay.nanos = seconds, int(part * 1e9)
    return found
