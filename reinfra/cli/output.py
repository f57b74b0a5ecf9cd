"""Results on stdout: JSON for machines, tables for people. Text from outside is never markup."""

import json
import math
import sys
import unicodedata
from collections.abc import Iterable, Sequence

import typer

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of what moves a cursor, turns the direction of text, or is no character."""


def printable(text: str, *, keep: str = "") -> str:
    """`text` with control characters escaped, so that it cannot write to a terminal as it likes.

    `keep` are those that our own text begins with.
    """
    ours = len(text) - len(text.lstrip(keep)) if keep else 0
    return text[:ours] + "".join(_seen(character) for character in text[ours:])


def _seen(character: str) -> str:
    if unicodedata.category(character) not in _UNSEEN:
        return character
    return character.encode("unicode_escape").decode("ascii")


def write_json(result: object, *, indent: int | None = 2) -> None:
    """Print `result` as JSON: dataclasses as objects, NaN as null. `indent=None` keeps it on one line."""
    from reinfra.model.plain import plain

    typer.echo(json.dumps(plain(result), indent=indent, allow_nan=False))


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = ""
) -> None:
    """Print rows in columns as wide as the terminal, or as needed where stdout is no terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(cell)) for cell in row))
    width = None if sys.stdout.isatty() else 200
    Console(width=width, highlight=False).print(table)


def _shown(cell: object) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return "unknown"
    return f"{cell:.4g}" if isinstance(cell, float) else printable(str(cell))
