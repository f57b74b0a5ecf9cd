"""Commands that are planned and not built yet: they say so, and do nothing."""

from typing import NoReturn

from reinfra.errors import InputError


def not_built(command: str, instead: str) -> NoReturn:
    """Raise InputError: exit code 2 is better than pretending."""
    raise InputError(f"`reinfra {command}` is not built yet", todo=instead)
