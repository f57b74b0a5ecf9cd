"""Reading reinfra.toml and the environment, and saying in one line what is wrong with them."""

import json
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
        raise _explained(error, path, given) from error
    except SettingsError as error:
        raise InputError("not valid", where=f"{PREFIX}*", why=str(error)) from error


def origins(file: Path | None = None) -> dict[str, str]:
    """Where each setting that is not its default comes from: `section.key` to a file or a variable."""
    path, given = _file(file)
    found = {
        f"{section}.{key}": str(path) for section, keys in given.items() for key in _keys(keys)
    }
    return found | {name: variable for variable, name in _variables().items()}


def _keys(section: object) -> list[str]:
    """The keys of a table; the names of a list of tables, whose values may be secret."""
    if isinstance(section, list):
        tables = [one for one in section if isinstance(one, dict)]
        return [str(one.get("name") or one.get("collector")) for one in tables]
    return list(section) if isinstance(section, dict) else []


def origin(key: str, file: Path | None = None) -> str:
    """The variable or file to correct when `key` (section.key) is wrong or missing."""
    path, given = _file(file)
    return _variable(key, given) or str(path)


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


def _explained(error: ValidationError, path: Path, given: dict[str, Any]) -> InputError:
    first = error.errors(include_input=False, include_url=False)[0]
    variable = _variable(
        ".".join(str(part) for part in first["loc"] if isinstance(part, str)), given
    )
    key = _key(first["loc"], given)
    why = "no such key" if first["type"] == "extra_forbidden" else first["msg"]
    todo = f"Correct or unset {variable}." if variable else "Correct the file, or remove the key."
    why = why.removeprefix("Value error, ")
    return InputError(key, where=variable or str(path), why=why, todo=todo)


def _key(place: tuple[int | str, ...], given: dict[str, Any]) -> str:
    """`section.key`; of a list of tables which one it is, counted from 1, and what it is called."""
    if len(place) > 1 and isinstance(place[1], int):
        names = _keys(given.get(str(place[0])))
        named = (
            f" ({names[place[1]]})" if place[1] < len(names) and names[place[1]] != "None" else ""
        )
        inner = place[3:] if place[0] == "source" else place[2:]  # the collector is named already
        rest = ".".join(map(str, inner))
        return f"[[{place[0]}]] number {place[1] + 1}{named}{': ' + rest if rest else ''}"
    return ".".join(str(part) for part in place if not isinstance(part, int))


def _variable(key: str, given: dict[str, Any]) -> str | None:
    """The variable that gave `key`: its own, its section's (as JSON), or none where the file gave it.

    A key that nobody gave, but something else in its section needs, is put down to a variable there.
    """
    section, _, name = key.partition(".")
    found = {named: variable for variable, named in _variables().items()}
    if key in found:
        return found[key]
    if section in found and _holds(found[section], name):
        return found[section]
    in_file = given.get(section)
    if in_file is not None and (not isinstance(in_file, dict) or name in in_file):
        return None
    return next((one for named, one in found.items() if named.startswith(f"{section}.")), None)


def _holds(variable: str, name: str) -> bool:
    try:
        value = json.loads(os.environ[variable])
    except ValueError:
        return True  # what is no JSON is what is wrong
    return not isinstance(value, dict) or name in value
