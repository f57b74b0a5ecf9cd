"""Prices by instance type where the user gives none: the catalogue's, and SageMaker's of January 2024."""

from pathlib import Path

from reinfra.gaps.catalogue import default_catalogue
from reinfra.gaps.prices import Price, read_prices


def prices_of(given: Path | None, recorded: Path) -> dict[str, Price]:
    """From the user's file, else from the catalogue and the table `recorded`.

    A file of one's own may leave out the "ml." that SageMaker puts before a type, or have it.
    """
    if given is None:
        return {**default_catalogue().prices, **read_prices(recorded)}
    return aliased(read_prices(given))


def aliased(prices: dict[str, Price]) -> dict[str, Price]:
    """Each price under its other name as well, with and without "ml.", where that has none of its own."""
    other = {
        name.removeprefix("ml.") if name.startswith("ml.") else f"ml.{name}": price
        for name, price in prices.items()
    }
    return {**other, **prices}
