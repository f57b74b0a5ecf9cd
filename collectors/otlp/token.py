"""The bearer token that clients must send, where one is set. It is never shown."""

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from collectors.base import CollectorError
from reinfra.config.sources import OtlpSource

_MOST_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Token:
    """`secret` is empty where nobody is asked."""

    secret: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, settings: OtlpSource, environ: Mapping[str, str] = os.environ) -> Self:
        """Raises CollectorError where the settings name a token that is not there."""
        if settings.token_env:
            found = environ.get(settings.token_env, "").strip()
            where = f"the variable {settings.token_env}"
        elif settings.token_file:
            found, where = _read(settings.token_file), settings.token_file
        else:
            return cls()
        if not found:
            raise CollectorError("there is no token", where=where)
        return cls(found.encode())

    def admits(self, authorization: str) -> bool:
        """Whether this is the value of an Authorization header that is let in. Takes the same time for any."""
        if not self.secret:
            return True
        scheme, _, given = authorization.partition(" ")
        same = hmac.compare_digest(given.strip().encode(), self.secret)
        return same and scheme.lower() == "bearer"


def _read(name: str) -> str:
    try:
        with Path(name).open(encoding="utf-8") as file:
            return file.read(_MOST_BYTES).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CollectorError("the token cannot be read", where=name, why=str(error)) from error
