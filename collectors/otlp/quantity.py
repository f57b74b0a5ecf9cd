"""A metric's unit as reinfra keeps it: base units where that is a fixed factor, its own unit elsewhere."""

from functools import lru_cache

from reinfra.signals import UnitError, factor, find

UNKNOWN_UNIT = "{unknown}"
_BASES = ("1", "s", "By", "J", "W", "Hz")


@lru_cache(maxsize=4_096)
def quantity(metric: str, given: str) -> tuple[str, float]:
    """The unit that a metric is kept in, and the factor into it.

    A registered name without a unit is in the unit that the name is defined with, another's is unknown.
    UCUM's annotations, such as {request}, are the number one. What no fixed factor connects keeps its own
    unit.
    """
    signal = find(metric)
    wanted = (signal.unit, *_BASES) if signal else _BASES
    if not given:
        return (wanted[0] if signal else UNKNOWN_UNIT), 1.0
    if _is_one(given) and _is_one(wanted[0]):
        return (wanted[0] if signal else given), 1.0
    for unit in wanted:
        try:
            return unit, factor(given, unit)
        except UnitError:
            continue
    return given, 1.0


def scaled(bound: float, by: float) -> float:
    """A bucket's bound in the kept unit, without the last digits that the product makes up: 7 ms is 0.007 s."""
    return bound if by == 1 else float(f"{bound * by:.12g}")


def _is_one(unit: str) -> bool:
    return unit == "1" or (unit.startswith("{") and unit.endswith("}"))
