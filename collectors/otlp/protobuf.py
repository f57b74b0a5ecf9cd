"""The messages of others that are used here, imported in one place: their packages have no types."""

from google.protobuf.descriptor import FieldDescriptor  # type: ignore[import-untyped]
from google.protobuf.json_format import MessageToJson  # type: ignore[import-untyped]
from google.protobuf.message import DecodeError, Message  # type: ignore[import-untyped]
from google.rpc.error_details_pb2 import BadRequest, RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

__all__ = [
    "BadRequest",
    "DecodeError",
    "FieldDescriptor",
    "Message",
    "MessageToJson",
    "RetryInfo",
    "Status",
]
