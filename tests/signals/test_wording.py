import pytest

from reinfra.model import DAY, HOUR, MINUTE, SeriesKey
from reinfra.signals.wording import UNKNOWN, amount, duration, quantity, scale, signal_name


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.975, "1", "0.975"),
        (0, "s", "0 s"),
        (0.0123, "s", "12.3 ms"),
        (4e-6, "s", "4 µs"),
        (-2.5, "s", "-2.5 s"),
        (547_460_000, "By", "547 MB"),
        (12, "By", "12 B"),
        (1.41e9, "Hz", "1.41 GHz"),
        (84, "Cel", "84 °C"),
        (656, "{request}", "656 requests"),
        (1, "{request}", "1 request"),
        (2.5, "{token}/s", "2.5 tokens/s"),
        (45.6, "{unknown}", "45.6"),
        (1234.5, "1", "1,234"),
        (4e-7, "s", "0.4 µs"),
        (0.0, "By", "0 B"),
        (-3_200, "W", "-3.2 kW"),
    ],
)
def test_quantities_read_well(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (400, "0 s"),
        (90_000, "1 min 30 s"),
        (2 * HOUR + 5 * MINUTE, "2 h 5 min"),
        (3 * DAY, "3 d"),
        (DAY + HOUR + MINUTE, "1 d 1 h"),
    ],
)
def test_durations_read_well(span: int, text: str) -> None:
    assert duration(span) == text


def test_a_signal_goes_by_its_title_and_an_unknown_metric_by_its_name() -> None:
    assert signal_name(SeriesKey("hw.gpu.utilization")) == "GPU busy"
    assert signal_name(SeriesKey("my.metric")) == "my.metric"


def test_only_a_utilization_is_a_percentage() -> None:
    assert amount(SeriesKey("hw.gpu.utilization"), 0.38) == "38 %"
    assert amount(SeriesKey("hw.gpu.xid"), 31.0) == "31"
    assert amount(SeriesKey("my.metric"), 0.38) == "0.38"


def test_what_is_unknown_is_never_a_number() -> None:
    assert quantity(float("nan"), "s") == quantity(float("inf"), "By") == UNKNOWN


def test_an_axis_has_one_scale_chosen_by_its_peak() -> None:
    chosen = scale(0.25, "s")
    assert (chosen.divisor, chosen.unit) == (1e-3, "ms")
