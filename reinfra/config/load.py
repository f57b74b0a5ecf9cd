"""Reading reinfra.toml and the environment, and saying in one line what is wrong with them."""

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from reinfra.config.settings import PREFIX, Settings
from reinfra.model import InputError

DEFAULT_FILE = "reinfra.toml"
FILE_VARIABLE = "REINFRA_CONFIG"
_NOT_SETTINGS = {FILE_VARIABLE, "REINFRA_TEST_POSTGRES_URL", "REINFRA_MIGRATE_TO"}


def load_settings(file: Path | None = None) -> Settings:
    """Settings from `file` (or $REINFRA_CONFIG, or ./reinfra.toml where it exists) and the environment.

    The environment wins. Raises InputError naming the file or variable, the key and the reason.
    """
    path, given = _file(file)
    _refuse_unknown_variables()
    try:
        return Settings(**given)
    except ValidationError as error:
        raise _explained(error, str(path)) from error
    except SettingsError as error:
        raise InputError("not valid", where=f"{PREFIX}*", why=str(error)) from error


def origins(file: Path | None = None) -> dict[str, str]:
    """Where each setting that is not its default comes from: `section.key` to a file or a variable."""
    path, given = _file(file)
    found = {f"{section}.{key}": str(path) for section, keys in given.items() for key in keys}
    return found | {name: variable for variable, name in _variables().items()}


def _file(named: Path | None) -> tuple[Path, dict[str, Any]]:
    asked = named or os.environ.get(FILE_VARIABLE)
    path = Path(asked or DEFAULT_FILE)
    return path, _read(path) if asked or path.exists() else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        raise InputError(
            "unreadable", where=str(path), why=why, todo="Check name and rights."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError("not TOML", where=str(path), why=str(error), todo="Correct it.") from error


def _variables() -> dict[str, str]:
    """The variables that are meant for us, and the setting each names."""
    ours = (name for name in os.environ if name.startswith(PREFIX) and name not in _NOT_SETTINGS)
    return {name: name.removeprefix(PREFIX).lower().replace("_", ".", 1) for name in ours}


def _refuse_unknown_variables() -> None:
    for variable, name in _variables().items():
        if name.partition(".")[0] not in Settings.model_fields:
            raise InputError(
                "no such setting", where=variable, todo="See docs/reference/settings.md."
            )


def _explained(error: ValidationError, path: str) -> InputError:
    first = error.errors(include_input=False, include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"] if not isinstance(part, int))
    variable = next((variable for variable, name in _variables().items() if name == key), None)
    why = "no such key" if first["type"] == "extra_forbidden" else first["msg"]
    todo = f"Correct or unset {variable}." if variable else "Correct the file, or remove the key."
    return InputError(key, where=variable or path, why=why, todo=todo)
