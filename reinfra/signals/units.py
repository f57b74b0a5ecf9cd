"""Conversions into base units. One that cannot be justified is refused, never guessed."""

from reinfra.model import ReinfraError

_TO_BASE: dict[tuple[str, str], float] = {
    ("%", "1"): 0.01,
    ("ms", "s"): 1e-3,
    ("us", "s"): 1e-6,
    ("ns", "s"): 1e-9,
    ("min", "s"): 60.0,
    ("KiBy", "By"): 1024.0,
    ("MiBy", "By"): 1024.0**2,
    ("GiBy", "By"): 1024.0**3,
    ("MBy", "By"): 1e6,
    ("mJ", "J"): 1e-3,
    ("mW", "W"): 1e-3,
    ("MHz", "Hz"): 1e6,
    ("kBy/s", "By/s"): 1e3,
    ("MiBy/s", "By/s"): 1024.0**2,
    ("Gbit/s", "By/s"): 1e9 / 8,
}


class UnitError(ReinfraError):
    """Two units that no fixed factor connects, such as a percentage of an unpublished maximum and watts."""


def factor(given: str, wanted: str) -> float:
    """The number that a value in `given` is multiplied by to be in `wanted`.

    Raises UnitError where no factor is known: the caller drops the value and says so.
    """
    if given == wanted:
        return 1.0
    try:
        return _TO_BASE[given, wanted]
    except KeyError:
        raise UnitError(f"no conversion from {given!r} to {wanted!r} can be justified") from None
