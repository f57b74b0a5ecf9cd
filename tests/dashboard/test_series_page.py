import re

import numpy as np
import pytest

from dashboard.queries import fleet as fleet_of
from dashboard.queries.explore import decompose, explore
from dashboard.queries.preview import preview
from dashboard.queries.search import search
from dashboard.queries.window import Window
from dashboard.tables import series as tables
from reinfra.model import DAY, HOUR, InputError, SeriesKey
from reinfra.store import Stored
from tests.dashboard.conftest import HOSTILE, Filled
from tests.dashboard.test_pages import _page, _texts


def _stored(metric: str, **labels: str) -> Stored:
    key = SeriesKey.of(metric, {name.replace("_", "."): one for name, one in labels.items()})
    return Stored(1, key, "source", 0, 1)


def test_words_and_selectors_find_series() -> None:
    fleet = (_stored("hw.power", host_name="a"), _stored("hw.temperature", host_name="b"))
    assert [one.key.metric for one in search(fleet, "DRAWN a").series] == ["hw.power"]
    assert search(fleet, '{host.name=~"b|c"}').series == fleet[1:]
    assert search(fleet, "").total == 2
    assert search(fleet, "nothing-like-it").total == 0


@pytest.mark.parametrize(
    "text", ["{", '{a=~"("}', '{a=~"(x+)+y"}', '{a=~".*a.*b.*c"}', '{a=~"(a|a)(a|a)"}', "x" * 301]
)
def test_a_hostile_search_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError):
        search((_stored("hw.power", a="x" * 60),), text)


def test_a_series_is_drawn_compared_and_tried_without_a_trace(filled: Filled) -> None:
    fleet = fleet_of.fleet(filled.store)
    strange = next(one for one in fleet if one.key.label("host.name") == HOSTILE)
    window = Window(filled.since - DAY, filled.since + HOUR)
    drawn = explore(filled.store, strange, window, DAY)
    assert not drawn.coarse
    assert np.nanmax(drawn.shown.measured) == pytest.approx(0.9)
    assert np.nanmax(drawn.shown.before) < 0.5
    before = len(fleet_of.found(filled.store, window))
    tried = preview(filled.store, strange, (), window, "autoregression")
    assert tried.times[0] >= window.since
    assert tried.low.shape == tried.high.shape == tried.times.shape
    assert len(fleet_of.found(filled.store, window)) == before
    with pytest.raises(InputError, match="no detector"):
        preview(filled.store, strange, (), window, "pyod:os")
    assert decompose(filled.store, strange, window)[1] is None  # two days are no seven


def test_a_long_time_shows_the_extremes_of_its_steps(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.queries.explore.MOST_POINTS", 10)
    strange = next(
        one for one in fleet_of.fleet(filled.store) if one.key.label("host.name") == HOSTILE
    )
    drawn = explore(filled.store, strange, Window(filled.since - 20 * DAY, filled.since + HOUR))
    assert drawn.coarse
    assert np.nanmax(drawn.shown.high) == pytest.approx(0.9)
    assert np.nanmin(drawn.shown.low) < 0.3


def test_the_csv_runs_nothing_and_leaves_gaps_empty(filled: Filled) -> None:
    series = fleet_of.fleet(filled.store)
    shown = tables.matches([_stored("=cmd()"), *series])
    assert shown["signal"].tolist()[0] == "'=cmd()"
    drawn = explore(filled.store, series[0], Window(filled.since, filled.since + 4 * HOUR)).shown
    lines = tables.samples(drawn).to_csv(index=False).splitlines()
    assert lines[0] == "time,value"
    assert lines[-1].endswith(",")


def test_the_page_is_a_link_and_says_what_is_wrong_with_it(filled: Filled) -> None:
    assert filled.url
    app = _page("series")
    assert not app.exception
    app.text_input(key="q").set_value('{host.name=~"(a+)+b"}').run()
    assert "may be slow" in app.error[0].value
    app.text_input(key="q").set_value('{host.name=~"<.*"}').run()
    assert "1 series found" in _texts(app)
    app.selectbox(key="detector").set_value("autoregression").run()
    assert not app.exception
    assert "**autoregression would flag" in _texts(app)
    for element in [*app.markdown, *app.caption, *app.subheader]:
        assert not re.search(r"(?<!\\)(<img|\[go|:red\[x)", element.value)


@pytest.mark.parametrize("name", ["accelerators", "serving"])
def test_a_store_without_devices_or_models_says_how_to_get_some(filled: Filled, name: str) -> None:
    assert filled.url
    app = _page(name)
    assert not app.exception
    assert app.code[0].value == "reinfra collect --once"
