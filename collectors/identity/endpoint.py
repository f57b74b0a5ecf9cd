"""Asking a metadata service: never long, never much, never through a proxy."""

import json
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from collectors.base import CollectorError

TIMEOUT = 0.5
"""Seconds for each step of a request. A service on the link answers in milliseconds, or is not there."""

_MOST_BYTES = 256 * 1024
_OK = 200


def ask(
    url: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    timeout: float = TIMEOUT,
) -> str:
    """The body of a 200 as text. Raises CollectorError for everything else; headers are never in it."""
    place = urlsplit(url)
    if place.scheme != "http" or not place.hostname:
        raise CollectorError("a metadata service is asked by http only", where=_shown(url))
    connection = HTTPConnection(place.hostname, place.port or 80, timeout=timeout)
    try:
        connection.request(method, place.path or "/", headers=headers or {})
        with connection.getresponse() as response:
            body = response.read(_MOST_BYTES + 1)
    except (OSError, HTTPException, ValueError) as error:
        why = str(error) or type(error).__name__
        raise CollectorError("gave no answer", where=_shown(url), why=why) from error
    finally:
        connection.close()
    if response.status != _OK:
        raise CollectorError(f"answered {response.status}", where=_shown(url))
    if len(body) > _MOST_BYTES:
        raise CollectorError(f"answered more than {_MOST_BYTES:,} bytes", where=_shown(url))
    return body.decode(errors="replace")


def ask_json(url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The JSON object at `url`. Raises CollectorError."""
    try:
        found = json.loads(ask(url, headers=headers))
    except (ValueError, RecursionError) as error:
        raise CollectorError("not valid JSON", where=_shown(url), why=str(error)) from error
    if not isinstance(found, dict):
        raise CollectorError("should be an object", where=_shown(url))
    return found


def text(found: dict[str, Any], name: str) -> str:
    """The text or number under `name`, "" for anything else."""
    value = found.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _shown(url: str) -> str:
    """Without what may be a secret: ECS puts an id of the task into the path."""
    place = urlsplit(url)
    return f"{place.hostname}{'' if place.port is None else f':{place.port}'}"
