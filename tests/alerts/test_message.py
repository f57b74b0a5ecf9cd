"""What alerts say, on every channel."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reinfra.alerts.message import Context, attributes, clipped, document, subject, text
from reinfra.alerts.validate import Publication, problems
from reinfra.model import Origin, Severity, Transition
from tests.alerts.strange import notice


def test_a_subject_says_how_bad_what_where_and_which_incident() -> None:
    given_ = notice(title="TTFT p95 +180% trn2-decode", incident_id=1042)
    assert subject(given_) == "[CRIT] TTFT p95 +180% trn2-decode INC-1042"


@pytest.mark.parametrize(
    ("transition", "tag"),
    [
        (Transition.OPENED, "[CRIT]"),
        (Transition.ESCALATED, "[CRIT]"),
        (Transition.ACKNOWLEDGED, "[ACK]"),
        (Transition.RESOLVED, "[RESOLVED]"),
    ],
)
def test_a_subject_begins_with_what_happened(transition: Transition, tag: str) -> None:
    assert subject(notice(transition)).startswith(f"{tag} EC2 CPU")


def test_a_long_subject_is_cut_but_still_names_its_incident() -> None:
    line = subject(notice(title="x" * 500))
    assert len(line) == 99
    assert line.endswith("... INC-7")


def test_a_subject_is_plain_ascii_whatever_the_title() -> None:
    title = "Température 93 °C\r\nBcc: everyone@example.org — 漢"
    assert subject(notice(title=title)) == (
        "[CRIT] Temperature 93 deg C Bcc: everyone@example.org ? ? INC-7"
    )


def test_a_mail_begins_with_what_where_since_when_and_how_bad() -> None:
    first, *rest = text(notice()).splitlines()
    assert first == (
        "CRITICAL opened: EC2 CPU utilization 98 % on i-53ea38, expected 35 % to 47 %. "
        "Where: host i-53ea38, since 2023-11-14T22:13:20Z, last seen 2023-11-14T22:18:20Z."
    )
    assert "First to move:" in rest
    assert "Acknowledge: reinfra alerts ack INC-7" in rest


def test_a_mail_about_a_resolve_does_not_ask_for_an_acknowledge() -> None:
    mail = text(notice(Transition.RESOLVED))
    assert "alerts ack" not in mail
    assert "alerts why INC-7" in mail


def test_a_mail_links_to_the_dashboard_when_there_is_one() -> None:
    assert "http://dash:8501/incident?incident=7" in text(notice(), Context("http://dash:8501/"))
    assert "http" not in text(notice())


@pytest.mark.parametrize(
    ("origin", "note"),
    [
        (Origin.RECORDED, "recorded data, times shifted"),
        (Origin.SIMULATED, "simulated data, no real system is affected"),
    ],
)
def test_data_that_is_not_live_is_called_what_it_is(origin: Origin, note: str) -> None:
    given_ = notice(origin=origin)
    assert f"Note: {note}." in text(given_)
    assert document(given_)["note"] == note
    assert "Note" not in text(notice())


def test_attributes_are_what_filter_policies_need() -> None:
    assert attributes(notice()) == {
        "severity": "critical",
        "state": "open",
        "kind": "utilization",
        "fleet": "prod",
        "team": "search",
        "dedup_key": "INC-7:1",
        "schema_version": "1",
    }


def test_endless_texts_are_cut_to_what_every_channel_takes() -> None:
    huge = replace(notice(title="t" * 300_000), reasons=("r" * 300_000,) * 50)
    assert len(text(huge)) < 12_000
    assert clipped(huge).reasons[0].endswith("...")
    assert clipped(notice()) == notice()


@settings(max_examples=50, deadline=None)
@given(
    title=st.text(),
    reason=st.text(),
    severity=st.sampled_from(Severity),
    transition=st.sampled_from(Transition),
)
def test_no_title_or_reason_makes_a_message_that_sns_refuses(
    title: str, reason: str, severity: Severity, transition: Transition
) -> None:
    made = notice(transition, title=title)
    made = replace(
        made, reasons=(reason,), incident=replace(made.incident, severity=severity, scope=title)
    )
    for body in (text(made), json.dumps(document(made))):
        assert problems(Publication(subject(made), body, attributes(made))) == []
