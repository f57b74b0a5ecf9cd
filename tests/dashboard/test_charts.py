import json
import math

import numpy as np
import pandas as pd
import pytest

from dashboard.charts.evidence import evidence_chart
from dashboard.charts.heatmap import cells, heatmap
from dashboard.charts.intervals import Line, intervals
from dashboard.charts.waterfall import Part, waterfall
from dashboard.palette import DARK, LIGHT, palette
from dashboard.queries.evidence import Evidence
from dashboard.queries.rates import Rates
from reinfra.model import HOUR, MINUTE, Anomaly, SeriesKey

START = 1_795_186_800_000


def _rates(share: list[list[float]]) -> Rates:
    edges = START + HOUR * np.arange(len(share[0]) + 1, dtype=np.int64)
    return Rates(tuple(f"host {row}" for row in range(len(share))), edges, np.array(share))


def test_a_cell_without_a_sample_is_left_out_and_not_drawn_as_zero() -> None:
    table = cells(_rates([[0.0, math.nan], [1.0, 0.5]]))
    assert table["outside band"].tolist() == [0.0, 100.0, 50.0]
    assert table["since"].tolist() == [START, START, START + HOUR]


def test_a_selected_cell_counts_the_rows_that_the_chart_was_given() -> None:
    rates = _rates([[0.0, 0.0], [1.0, 0.5]])
    chart = heatmap(rates, LIGHT)
    drawn = chart.option["dataset"]["source"]
    assert drawn["scope"].tolist() == cells(rates.worst_first(24))["which"].tolist()
    assert chart.option["series"][0]["selectedMode"] == "single"


def test_scopes_that_read_alike_stay_apart() -> None:
    rates = Rates(("a\nb", "a b"), np.array([0, HOUR, 2 * HOUR]), np.ones((2, 2)))
    axis = heatmap(rates, LIGHT).option["yAxis"]["data"]
    assert len(set(axis)) == 2


def test_the_legend_says_how_many_scopes_are_left_out() -> None:
    chart = heatmap(_rates([[0.1, 0.2]] * 30), LIGHT)
    assert chart.note.startswith("24 of 30 scopes")


def _anomaly(since: int, until: int) -> Anomaly:
    key = SeriesKey.of("gen_ai.server.time_to_first_token", {"service.name": "chat"}, unit="s")
    return Anomaly(key, "autoregression", since, until, since, 0.9, 9.0, 3.0, "slow")


def _evidence(points: int) -> Evidence:
    times = START + MINUTE * np.arange(points, dtype=np.int64)
    measured = np.full(points, 0.2)
    measured[points // 2] = 0.9
    low, high = np.full(points, 0.1), np.full(points, 0.3)
    return Evidence(times, measured, low, high, np.full(points, np.nan), measured > high, MINUTE)


def test_the_measured_line_comes_first_because_the_slider_previews_the_first_series() -> None:
    found = _evidence(50)
    chart = evidence_chart(found, [_anomaly(START, START + HOUR)], DARK)
    names = [series["name"] for series in chart.option["series"]]
    assert names == ["measured", "expected low", "expected band"]
    assert all("color" in series["itemStyle"] for series in chart.option["series"])


def test_the_chart_is_in_a_unit_that_suits_and_tells_what_it_left_out() -> None:
    found = _evidence(20_000)
    at = int(found.times[10_000])
    chart = evidence_chart(found, [_anomaly(at, at)], LIGHT, before="previous day")
    frame = chart.option["dataset"]["source"]
    assert chart.option["yAxis"]["name"] == "ms"
    assert frame["value"].max() == pytest.approx(900)
    assert " of 20,000 points shown" in chart.note
    assert [series["name"] for series in chart.option["series"]][-1] == "previous day"


def test_a_tooltip_is_plain_text_in_utc() -> None:
    chart = evidence_chart(_evidence(50), [_anomaly(START, START)], LIGHT)
    row = chart.option["dataset"]["source"].iloc[25]
    assert row["time (UTC)"] == "2026-11-20 15:25 UTC"
    assert row["measured"] == "measured: 900 ms"
    assert row["band"] == "expected: 100 to 300 ms"


def test_an_axis_holds_every_interval_on_it() -> None:
    lines = [Line("a", 7.0, -24.0, 31.4), Line("b", -20.0, None, None, total=True)]
    chart = intervals(lines, LIGHT, title="%", reference=0.0)
    axis = chart.option["xAxis"]
    assert axis["min"] <= -24.0
    assert axis["max"] >= 31.4
    bars = chart.option["series"][0]["markLine"]["data"]
    assert len(bars) == 2  # one interval and the reference; no interval, no bar
    assert "b: -20, no interval" in chart.alt


def test_equal_labels_are_two_rows() -> None:
    lines = [Line("same", 1.0, 0.0, 2.0), Line("same", 3.0, 2.0, 4.0)]
    assert len(set(intervals(lines, LIGHT, title="x").option["yAxis"]["data"])) == 2


def test_a_waterfall_ends_where_its_parts_lead() -> None:
    parts = [Part("price", -40.0), Part("throughput", 15.0)]
    chart = waterfall(Part("from", 100.0), parts, Part("to", 75.0), LIGHT, unit="USD")
    floors, bars = (series["data"] for series in chart.option["series"])
    assert floors == [0.0, 60.0, 60.0, 0.0]
    assert [bar["value"] for bar in bars] == [100.0, 40.0, 15.0, 75.0]
    assert bars[1]["itemStyle"]["color"] == LIGHT.good
    assert bars[2]["itemStyle"]["color"] == LIGHT.bad


def test_options_are_plain_json_besides_their_tables() -> None:
    charts = (
        heatmap(_rates([[0.1, math.nan]]), LIGHT),
        evidence_chart(_evidence(50), [_anomaly(START, START)], LIGHT),
        intervals([Line("a", 1.0, 0.0, 2.0)], DARK, title="x"),
    )
    for chart in charts:
        json.dumps(chart.option, allow_nan=False, default=_table)
        assert chart.alt


def test_the_palette_follows_the_theme() -> None:
    assert palette("dark") is DARK
    assert palette(None) is LIGHT


def _table(given: object) -> str:
    assert isinstance(given, pd.DataFrame)
    return "table"
