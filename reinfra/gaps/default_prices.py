"""Prices by instance type where the user gives none: the catalogue's, and SageMaker's of January 2024."""

from pathlib import Path

from reinfra.gaps.catalogue import default_catalogue
from reinfra.gaps.edits import prices, read_edits
from reinfra.gaps.prices import Price, read_prices


def prices_of(given: Path | None, recorded: Path, edits: Path | None = None) -> dict[str, Price]:
    """From the user's file, else from the catalogue, the table `recorded` and what `edits` changed.

    A file of one's own may leave out the "ml." that SageMaker puts before a type, or have it.
    """
    if given is None:
        own = prices(read_edits(edits)) if edits else {}
        return {**default_catalogue().prices, **read_prices(recorded), **own}
    return aliased(read_prices(given))


def aliased(given: dict[str, Price]) -> dict[str, Price]:
    """Each price under its other name as well, with and without "ml.", where that has none of its own."""
    other = {
        name.removeprefix("ml.") if name.startswith("ml.") else f"ml.{name}": price
        for name, price in given.items()
    }
    return {**other, **given}
