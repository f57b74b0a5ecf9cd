"""Other settings of detection than the present ones, as a command line writes them."""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from pydantic import ValidationError

from reinfra.config import DetectSettings, Settings
from reinfra.errors import InputError

_SECTION = "detect."
_TODO = "Write for instance --setting detect.false_alarms=0.1."


@dataclass(frozen=True, slots=True)
class Proposal:
    """`changes` are (key, value) as they were written; `settings` are the present ones with them."""

    changes: tuple[tuple[str, str], ...]
    settings: Settings

    @classmethod
    def of(cls, present: Settings, changes: Sequence[tuple[str, str]]) -> Self:
        """Raises InputError for a key that detection does not have, and for a value that it cannot take."""
        values = present.detect.model_dump()
        for key, text in changes:
            name = key.removeprefix(_SECTION)
            if name not in DetectSettings.model_fields:
                known = ", ".join(_SECTION + one for one in DetectSettings.model_fields)
                raise InputError(
                    f"{key!r} cannot be replayed", where="--setting", todo=f"Known: {known}"
                )
            values[name] = _read(text)
        try:
            detect = DetectSettings.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise InputError(_SECTION + where, where="--setting", why=first["msg"]) from error
        return cls(tuple(changes), present.model_copy(update={"detect": detect}))


def assignments(texts: Sequence[str], detectors: str = "") -> list[tuple[str, str]]:
    """(key, value) of each `key=value`, and of the names after `--detectors`. Raises InputError."""
    found = [("detect.detectors", detectors)] if detectors else []
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise InputError(f"{text[:60]!r} sets nothing", where="--setting", todo=_TODO)
        found.append((key.strip(), value.strip()))
    return found


def digest(settings: Settings) -> str:
    """Equal for settings that detect alike."""
    text = json.dumps(settings.detect.model_dump(mode="json"), sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _read(text: str) -> Any:  # noqa: ANN401 - whatever TOML can say
    """The value as TOML has it; what is none, such as names with commas between, as it stands."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
