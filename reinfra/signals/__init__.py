"""The signal registry: what each signal is, in which unit, from which sources, and which way is worse."""

from reinfra.signals.registry import by_source, find, signals
from reinfra.signals.signal import Mapped, Signal, SourceName, Worse
from reinfra.signals.units import UnitError, factor

__all__ = [
    "Mapped",
    "Signal",
    "SourceName",
    "UnitError",
    "Worse",
    "by_source",
    "factor",
    "find",
    "signals",
]
