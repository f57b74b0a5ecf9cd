"""Each page as Streamlit runs it, without a browser."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

import dashboard
from dashboard.connection import DATABASE_VARIABLE
from dashboard.text import markdown
from reinfra.model import IncidentState, Transition
from reinfra.store import incidents
from tests.dashboard.conftest import HOSTILE, NOTE, Filled

APP = Path(dashboard.__file__).parent / "app.py"


def _page(name: str = "", **query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    app.run()
    if name:
        for key, value in query.items():
            app.query_params[key] = value
        app.switch_page(f"pages/{name}.py").run()
    return app


def _texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info, app.text, app.title, app.subheader)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def test_the_overview_shows_figures_incidents_and_origin(filled: Filled) -> None:
    app = _page()
    assert not app.exception
    assert filled.incident_id == 1
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Open incidents"] == "1"
    assert shown["Series watched"] == "3"
    assert shown["Judge agrees with people"] == "80 %"
    assert "**Recorded data:**" in app.info[0].value
    assert markdown(NOTE) in app.info[0].value
    assert "1 incident, 1 unresolved" in _texts(app)


def test_a_scope_and_a_range_restrict_the_overview(filled: Filled) -> None:
    assert filled.url
    app = _page()
    app.multiselect(key="scope").set_value(["host a"]).run()
    app.segmented_control(key="range").set_value("24h").run()
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Series watched"] == "1"
    assert shown["Open incidents"] == "0"


def test_no_text_from_data_acts_as_markup(filled: Filled) -> None:
    for app in (_page(), _page("incident", incident=str(filled.incident_id)), _page("coverage")):
        assert not app.exception
        as_markdown = [*app.markdown, *app.caption, *app.title, *app.info]
        for element in as_markdown:
            for start in ("<img", "[go", ":red[x", "**bold", "$x"):
                assert not re.search(rf"(?<!\\){re.escape(start)}", element.value)


def test_an_incident_is_acknowledged_resolved_and_judged(filled: Filled) -> None:
    app = _page("incident", incident=str(filled.incident_id))
    assert not app.exception
    assert f"INC-{filled.incident_id}" in app.title[0].value
    assert markdown(f"CPU utilization 0.9 on {HOSTILE}") in _texts(app)
    assert any("after" in shown.value and "what" in shown.value for shown in app.dataframe)
    _button(app, "Acknowledge").click().run()
    assert _state(filled) is IncidentState.ACKNOWLEDGED
    assert _button(app, "Acknowledge").disabled
    _button(app, "Resolve").click().run()
    assert _state(filled) is IncidentState.RESOLVED
    key = f"feedback-{filled.incident_id}"
    app.segmented_control(key=key).set_value(incidents.USEFUL).run()
    with filled.store.reading() as connection:
        assert incidents.get(connection, filled.incident_id).feedback == incidents.USEFUL
        timeline = incidents.transitions(connection, filled.incident_id)
    assert [one.by for one in timeline] == ["reinfra", *["dashboard"] * 3]
    assert (timeline[-1].kind, timeline[-1].comment) == (Transition.JUDGED, incidents.USEFUL)


def test_the_evidence_can_be_compared_with_the_day_before(filled: Filled) -> None:
    app = _page("incident", incident=str(filled.incident_id))
    app.segmented_control(key="compare").set_value("previous day").run()
    assert not app.exception


def test_an_incident_that_is_not_there_is_said_in_one_line(filled: Filled) -> None:
    assert filled.url
    app = _page("incident", incident="99")
    assert "there is no incident INC\\-99" in app.error[0].value
    app = _page("incident", incident="<script>")
    assert "not an incident" in app.error[0].value


def test_without_an_incident_named_the_page_lists_them(filled: Filled) -> None:
    assert filled.url
    app = _page("incident")
    assert not app.exception
    assert "1 incident, 1 unresolved" in _texts(app)


def test_the_gap_page_compares_and_says_what_it_refuses(filled: Filled) -> None:
    assert filled.url
    app = _page("gap")
    assert not app.exception
    assert "FMBench" in app.info[0].value
    assert app.metric[0].value == "$121.98"
    assert "Refused comparisons" in _texts(app)
    for place in range(len(app.selectbox(key="pair").options)):
        app.selectbox(key="pair").select_index(place).run()
        assert not app.exception


def test_the_quality_page_shows_judges_beside_people(filled: Filled) -> None:
    assert filled.url
    app = _page("quality")
    assert not app.exception
    table = app.dataframe[0].value
    assert table["judge"].tolist() == ["judge-1"]
    assert table["agrees with people"].tolist()[0].startswith("80 % [")
    assert markdown(NOTE) in app.info[0].value


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("", "reinfra demo"),
        ("incident", "reinfra detect"),
        ("quality", "reinfra demo"),
        ("coverage", "reinfra collect --once"),
    ],
)
def test_an_empty_store_shows_the_command_that_fills_it(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, name: str, command: str
) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, sqlite_url)
    app = _page(name)
    assert not app.exception
    assert app.code[0].value == command


def test_a_database_without_tables_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, f"sqlite:///{tmp_path}/new.db")
    app = _page()
    assert "reinfra db upgrade" in app.error[0].value
    assert not app.exception


def _button(app: AppTest, label: str) -> Button:
    return next(button for button in app.button if button.label == label)


def _state(filled: Filled) -> IncidentState:
    with filled.store.reading() as connection:
        return incidents.get(connection, filled.incident_id).state
