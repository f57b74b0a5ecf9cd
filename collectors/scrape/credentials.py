"""Who a scrape says it is. Secrets are read for every scrape, so that a rotated one is taken up."""

import base64
import os
from pathlib import Path
from typing import Protocol

from collectors.base import CollectorError

_MOST_BYTES = 64 << 10


class Credentials(Protocol):
    """Settings that say where a token or a password is."""

    @property
    def bearer_file(self) -> str: ...

    @property
    def bearer_env(self) -> str: ...

    @property
    def username(self) -> str: ...

    @property
    def password_file(self) -> str: ...

    @property
    def password_env(self) -> str: ...


def authorization(settings: Credentials) -> dict[str, str]:
    """The header, empty where none is set. Raises CollectorError, which never shows the secret."""
    if settings.bearer_file or settings.bearer_env:
        return {"Authorization": "Bearer " + _secret(settings.bearer_file, settings.bearer_env)}
    if settings.username:
        password = _secret(settings.password_file, settings.password_env)
        pair = f"{settings.username}:{password}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}
    return {}


def _secret(file: str, variable: str) -> str:
    secret = _of_file(file) if file else os.environ.get(variable, "").strip()
    where = file or variable
    if not secret:
        raise CollectorError("no credentials there", where=where)
    if not (secret.isascii() and secret.isprintable()):
        raise CollectorError("credentials with characters that no header may have", where=where)
    return secret


def _of_file(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            return file.read(_MOST_BYTES).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise CollectorError("credentials cannot be read", where=name, why=why or "") from None
