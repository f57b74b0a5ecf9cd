import pytest

from detectors.wording import duration, name, quantity
from reinfra.model import DAY, HOUR, MINUTE, SeriesKey


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.975, "1", "0.975"),
        (0, "s", "0 s"),
        (0.0123, "s", "12.3 ms"),
        (4e-6, "s", "4 us"),
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
    assert name(SeriesKey("hw.gpu.utilization")) == "GPU busy"
    assert name(SeriesKey("my.metric")) == "my.metric"
