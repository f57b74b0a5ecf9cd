"""Titles that people understand."""

import math
from dataclasses import replace

import pytest

from reinfra.alerts.wording import headline, quantity
from reinfra.model import SeriesKey
from tests.alerts.strange import anomaly, key

FOUND = anomaly(key("a"), 0, 5)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.98, "1", "0.98"),
        (547_123_456, "By", "547 MB"),
        (0.0, "By", "0 B"),
        (0.01234, "s", "12.3 ms"),
        (2.5, "s", "2.5 s"),
        (0.0, "s", "0 s"),
        (4e-7, "s", "0.4 us"),
        (93, "Cel", "93 °C"),
        (656, "{request}", "656 request"),
        (1_234_567, "1", "1,234,567"),
        (-3_200, "W", "-3.2 kW"),
    ],
)
def test_a_quantity_is_shown_with_a_unit_people_know(value: float, unit: str, shown: str) -> None:
    assert quantity(value, unit) == shown


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.35, 0.47, ", expected 0.35 to 0.47"),
        (math.nan, 0.47, ", expected at most 0.47"),
        (0.35, math.inf, ", expected at least 0.35"),
        (math.nan, math.nan, ""),
    ],
)
def test_a_title_says_what_was_expected_as_far_as_it_is_known(
    low: float, high: float, expected: str
) -> None:
    found = replace(FOUND, expected_low=low, expected_high=high)
    assert headline(found, "a", 1) == f"EC2 CPU utilization 0.98 on a{expected}"


def test_a_series_without_a_value_fell_silent() -> None:
    silent = replace(FOUND, value=math.nan, expected_low=math.nan, expected_high=math.nan)
    assert headline(silent, "a", 3) == "EC2 CPU utilization fell silent on a, and 2 more series"


def test_a_metric_that_nobody_described_keeps_its_name() -> None:
    unknown = replace(FOUND, key=SeriesKey.of("queue.depth", {}))
    assert headline(unknown, "a", 1).startswith("queue.depth 0.98 on a")
