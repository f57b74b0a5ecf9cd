"""Titles that people understand."""

import math
from dataclasses import replace

import pytest

from reinfra.alerts.wording import headline
from reinfra.model import SeriesKey
from tests.alerts.strange import anomaly, key

FOUND = anomaly(key("a"), 0, 5)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.35, 0.47, ", expected 35 % to 47 %"),
        (math.nan, 0.47, ", expected at most 47 %"),
        (0.35, math.inf, ", expected at least 35 %"),
        (math.nan, math.nan, ""),
    ],
)
def test_a_title_says_what_was_expected_as_far_as_it_is_known(
    low: float, high: float, expected: str
) -> None:
    found = replace(FOUND, expected_low=low, expected_high=high)
    assert headline(found, "a", 1) == f"EC2 CPU utilization 98 % on a{expected}"


def test_a_series_without_a_value_fell_silent() -> None:
    silent = replace(FOUND, value=math.nan, expected_low=math.nan, expected_high=math.nan)
    assert headline(silent, "a", 3) == "EC2 CPU utilization fell silent on a, and 2 more series"


def test_a_metric_that_nobody_described_keeps_its_name() -> None:
    unknown = replace(FOUND, key=SeriesKey.of("queue.depth", {}))
    assert headline(unknown, "a", 1).startswith("queue.depth 0.98 on a")


def test_a_level_that_shifted_is_told_in_the_words_of_its_detector() -> None:
    reason = "EC2 bytes written to disk has been higher for 4 h: 315 kB lately"
    found = replace(FOUND, expected_low=0.0, expected_high=1.0, reason=reason)
    assert headline(found, "a", 2) == (
        "EC2 bytes written to disk has been higher for 4 h, on a, and 1 more series"
    )
