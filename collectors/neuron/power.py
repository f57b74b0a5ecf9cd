"""`power/utilization` of a Neuron device: "STATUS,epoch,min,max,avg", in percent of a maximum nobody publishes.

The driver renews it once a minute (AWS's sysfs guide); between, it repeats the last window, so a window
is one sample, at its own time. Percent of an unknown maximum is never made into watts.
"""

from dataclasses import dataclass

VALID = "POWER_STATUS_VALID"
_FIELDS = 5
_PERCENT = 0.01
_FULL = 100.0


@dataclass(frozen=True, slots=True)
class Window:
    """Shares of the device's maximum power over a minute that ended at `at` (ms)."""

    at: int
    least: float
    most: float
    mean: float


def parse(text: str) -> Window | str:
    """The window, or why there is none."""
    fields = [field.strip() for field in text.split(",")]
    if fields[0] != VALID:
        return f"the driver says {fields[0][:40] or 'nothing'}"
    try:
        at, (least, most, mean) = int(fields[1]), map(float, fields[2:_FIELDS])
    except (IndexError, ValueError):
        return f"{text[:60]!r} is not status, time, least, most and mean"
    if not 0 <= least <= mean <= most <= _FULL or at <= 0:
        return f"{text[:60]!r} is no share of a maximum"
    return Window(at * 1000, least * _PERCENT, most * _PERCENT, mean * _PERCENT)
