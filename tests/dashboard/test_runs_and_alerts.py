"""Runs, silences, routes, messages and trails: as frames, and as pages."""

import re

import pytest

from dashboard import acting
from dashboard.queries import delivery, history
from dashboard.tables import delivery as telling
from dashboard.tables import history as histories
from reinfra.config import load_settings
from reinfra.model import ExitCode, InputError, Transition
from reinfra.store import heartbeats, incidents, outbox, runs
from reinfra.store.outbox import Delivery
from reinfra.store.runs import Run
from tests.dashboard.conftest import HOSTILE, Filled
from tests.dashboard.test_pages import _button, _page, _texts


def _run(name: str, at: int) -> Run:
    return Run(name, "detect", at, 0, at, "1", f"nowhere {HOSTILE}")


def test_a_run_that_died_or_was_partial_is_said_plainly(filled: Filled) -> None:
    with filled.store.writing() as connection:
        for place, name in enumerate(("first", "second", "third")):
            runs.begin(connection, _run(name, filled.since + place))
            if name != "first":
                runs.end(connection, name, filled.since + 9, ExitCode.PARTIAL, error=HOSTILE)
        heartbeats.beat(connection, "detect", filled.since, every=60)
    done = history.done(filled.store, filled.store.clock())
    assert history.said(done) == "2 partial, 1 died"
    assert histories.runs(done.runs)["outcome"].tolist() == ["partial", "partial", "died"]
    pulses = histories.pulses(done.pulses, done.beats, filled.store.clock())
    assert pulses["state"].tolist() == ["has stopped"]
    app = _page("runs")
    assert not app.exception
    said = "\n".join(one.value for one in app.error)
    assert "**The last run: partial.**" in said
    assert not re.search(r"(?<!\\)(<img|\*\*bold|\[go)", said)


def test_a_silence_is_made_by_form_refused_with_a_reason_and_ended(filled: Filled) -> None:
    app = _page("alerts")
    assert not app.exception
    app.text_area(key="matchers").input("severity=~(")
    app.text_input(key="comment").input("disk swap")
    _button(app, "Silence").click().run()
    assert app.error
    assert delivery.held(filled.store, 0) == ()
    app.text_area(key="matchers").input("severity=warning\nfleet=a")
    _button(app, "Silence").click().run()
    (made,) = delivery.held(filled.store, 0)
    assert (made.comment, made.created_by, len(made.matchers)) == ("disk swap", "dashboard", 2)
    _button(app, "End it").click().run()
    now = filled.store.clock()
    assert telling.silences(delivery.held(filled.store, now, expired=True), now)[
        "state"
    ].tolist() == ["expired"]


def test_labels_are_tried_and_trails_told_for_an_incident_and_a_series(filled: Filled) -> None:
    settings = load_settings()
    told = telling.tried(delivery.trial(filled.store, settings, "severity=critical", 0))
    assert set(told.columns) <= {"receiver", "told", "kept back by", "route", "group"}
    with pytest.raises(InputError, match="not a label"):
        delivery.labels("severity")
    trail = delivery.why(filled.store, filled.store, settings, f"INC-{filled.incident_id}")
    assert trail[0].startswith("INC-1 ")
    series = delivery.why(
        filled.store, filled.store, settings, 'aws.ec2.cpu.utilization{host.name="a"}@2h'
    )
    assert any("sample" in line for line in series)
    app = _page("alerts", view="Why")
    app.segmented_control(key="view").set_value("Why").run()
    app.text_input(key="why").set_value(f"INC-{filled.incident_id}").run()
    assert not app.exception
    assert app.code[0].value.startswith("INC-1 ")


def test_what_was_given_up_is_shown_and_tried_again(filled: Filled) -> None:
    waiting = delivery.messages(filled.store, Delivery.PENDING)
    (message,) = waiting.messages
    with filled.store.writing() as connection:
        outbox.mark_failed(connection, message.id, HOSTILE, None)
    app = _page("alerts")
    app.segmented_control(key="view").set_value("Messages").run()
    assert not app.exception
    next(one for one in app.button if one.label.startswith("Try again")).click().run()
    assert delivery.messages(filled.store, Delivery.DEAD).messages == ()
    assert "No message is given up" in _texts(app)


def test_a_snooze_keeps_who_and_when(filled: Filled) -> None:
    said = acting.snooze(filled.store, filled.incident_id, "2h", "ann")
    assert "is quiet until" in said
    with filled.store.reading() as connection:
        last = incidents.transitions(connection, filled.incident_id)[-1]
    assert (last.kind, last.by) == (Transition.SNOOZED, "ann")
    with pytest.raises(InputError, match="not a duration"):
        acting.snooze(filled.store, filled.incident_id, "soon", "ann")
