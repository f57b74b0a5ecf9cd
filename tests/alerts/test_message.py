"""What alerts say, on every channel."""

import json
import shlex
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reinfra.alerts.message import (
    BODIES,
    Context,
    Price,
    Told,
    attributes,
    clipped,
    document,
    subject,
    text,
)
from reinfra.alerts.message.facts import silence_command
from reinfra.alerts.validate import Publication, problems
from reinfra.config.matchers import matches_all, parse_all
from reinfra.model import Origin, Severity, Transition
from reinfra.store.evidence import Seen
from tests.alerts.strange import T0, digest, evidence, notice
from tests.docs.pages import ROOT


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


def test_what_is_short_stays_as_it_is() -> None:
    assert clipped(notice()) == notice()


CONTEXT = Context(
    "https://reinfra.example.com",
    {"hw.*": "https://wiki/other", "aws.ec2.*": "https://wiki/cpu"},
    {"p5.48xlarge": Price(98.32, "list price, us-east-1, 2026-07-20")},
)


def test_a_mail_says_everything_that_is_known_and_what_to_do() -> None:
    known = evidence()
    reasons = (f"2023-11-14T22:13:20Z strange [{known.first[0].series}]", "With it: INC-9 on i-2")
    lines = text(replace(notice(), evidence=known, reasons=reasons), CONTEXT).splitlines()
    assert lines[2:-1] == [
        "How bad:     critical, 2 series strange, for 5 min so far",
        "Seen:        EC2 CPU utilization 98 %",
        "Expected:    35 % to 47 %",
        "Changed:     driver.version of i-53ea38: 535 became 550 (22:05 UTC, 8 min before)",
        (
            "Cost:        98.32 USD per hour for what is affected: 1 x p5.48xlarge at 98.32 "
            "(list price, us-east-1, 2026-07-20)"
        ),
        "First to move:",
        (
            "  22:13 UTC EC2 CPU utilization 98 %, expected 35 % to 47 % "
            '[aws.ec2.cpu.utilization{host.name="i-53ea38"}]'
        ),
        "  22:14 UTC Power drawn fell silent [hw.power]",
        "  With it: INC-9 on i-2",
        "",
        "Look:        https://reinfra.example.com/incident?incident=7",
        "Runbook:     https://wiki/cpu",
        "Why:         reinfra alerts why INC-7",
        "Acknowledge: reinfra alerts ack INC-7",
        f"Silence:     {silence_command(notice())}",
        "",
    ]


@pytest.mark.parametrize(
    ("hosts", "count", "why"),
    [
        ((), 0, "cost unknown: no host is named"),
        ((("a", ""),), 1, "cost unknown: nobody said the instance type of 1 host"),
        ((("a", "z9.metal"),), 1, "cost unknown: no price is known for z9.metal"),
        ((("a", "p5.48xlarge"),), 60, "cost unknown: 60 hosts are affected"),
    ],
)
def test_a_cost_that_is_not_known_is_no_number(
    hosts: tuple[tuple[str, str], ...], count: int, why: str
) -> None:
    given_ = replace(notice(), evidence=replace(evidence(), hosts=hosts, host_count=count))
    assert f"Cost:        {why}" in text(given_, CONTEXT)
    assert document(given_, CONTEXT)["cost"]["usd_per_hour"] is None


def test_a_routes_runbook_goes_before_that_of_the_settings() -> None:
    given_ = replace(notice(), evidence=evidence(), runbook="https://route/book")
    assert document(given_, CONTEXT)["runbook"] == "https://route/book"


SCHEMA = json.loads((ROOT / "docs" / "reference" / "alert.schema.json").read_text())


@pytest.mark.parametrize(
    "told",
    [
        notice(),
        replace(notice(), evidence=evidence()),
        replace(notice(Transition.RESOLVED, number=3), repeat=2),
        digest(),
        digest(100_000, 57),
    ],
    ids=["plain", "known", "repeated", "digest", "storm"],
)
def test_documents_are_as_their_schema_says(told: Told) -> None:
    made = json.loads(BODIES["json"](told, CONTEXT))
    jsonschema.validate(made, SCHEMA, jsonschema.Draft202012Validator)
    properties = SCHEMA["$defs"][made["type"]]["properties"]
    assert set(made) == set(properties)  # nothing is sent that nobody described
    assert set(attributes(told)) == set(attributes(notice()))


def test_a_schema_refuses_what_is_no_alert() -> None:
    made = document(notice()) | {"cost": {"usd_per_hour": "much", "basis": ""}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made, SCHEMA, jsonschema.Draft202012Validator)


def test_a_digest_says_how_many_and_which_are_the_gravest() -> None:
    made = digest(99_980, 57)
    assert subject(made).startswith(
        "[CRIT] 99,980 more alerts about 57 incidents, the gravest INC-1"
    )
    mail = text(made, CONTEXT)
    assert mail.startswith("99,980 more alerts about 57 incidents since 2023-11-14T22:13:20Z")
    assert "  INC-20 critical open" in mail
    assert "  and 37 more" in mail
    assert attributes(made)["kind"] == "digest"


def test_amazon_q_gets_its_schema_and_one_thread_per_incident() -> None:
    """Fields as in "Custom notifications" of the Amazon Q Developer in chat applications guide."""
    opened, resolved = (
        json.loads(BODIES["amazon-q"](one, CONTEXT))
        for one in (notice(), notice(Transition.RESOLVED, number=2))
    )
    assert (opened["version"], opened["source"]) == ("1.0", "custom")
    assert set(opened) == {"version", "source", "id", "content", "metadata"}
    assert opened["content"]["textType"] == "client-markdown"
    assert opened["metadata"]["threadId"] == resolved["metadata"]["threadId"] == "INC-7"
    assert opened["id"] != resolved["id"]
    assert "Acknowledge: `reinfra alerts ack INC-7`" in opened["content"]["nextSteps"]


def test_chat_messages_mention_nobody_and_link_nowhere_by_what_a_label_says() -> None:
    hostile = notice(title="<!channel> `x` <https://evil|look> & more", team="<@U1>")
    for name in ("slack", "amazon-q"):
        body = BODIES[name](hostile, Context())
        assert "<!channel>" not in body
        assert "<https://evil" not in body
        assert "<@U1>" not in body
        assert "&lt;!channel&gt;" in body


@pytest.mark.parametrize("name", list(BODIES))
def test_a_message_over_256_kb_is_shortened_with_a_link(name: str) -> None:
    endless = Seen("s" * 300_000, "m", "1", T0, 1.0, 0.0, 0.5, "r" * 300_000)
    known = replace(
        evidence(), worst=endless, first=(endless,) * 9, hosts=(("h" * 9_999, "t"),) * 99
    )
    huge = replace(
        notice(title="t" * 300_000, team="x" * 300_000),
        evidence=known,
        reasons=("r" * 300_000,) * 50,
    )
    body = BODIES[name](huge, CONTEXT)
    assert "https://reinfra.example.com/incident?incident=7" in body
    assert problems(Publication(subject(huge), body, attributes(huge))) == []
    assert len(body) < 65_536
    assert document(huge)["shortened"]
    assert "Shortened" in text(huge)
    assert "Shortened" not in text(notice(title="two  spaces"))


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
    for write in BODIES.values():
        body = write(made, CONTEXT)
        assert problems(Publication(subject(made), body, attributes(made))) == []


@pytest.mark.parametrize(
    "where", ["i-53ea38", "a b", "it's", 'x"; rm -rf ~ #', "caf\u00e9 \\n", "$(id)`id`"]
)
def test_the_command_that_silences_is_read_by_a_shell_as_it_is_meant(where: str) -> None:
    given_ = notice()
    place = replace(given_, incident=replace(given_.incident, scope=f"host {where}"))
    words = shlex.split(silence_command(place))
    assert words[:4] == ["reinfra", "alerts", "silence", "add"]
    assert words[6:] == ["--for", "2h", "--comment", "INC-7"]
    assert matches_all(parse_all(words[4:6]), {"scope": "host", "place": where})
