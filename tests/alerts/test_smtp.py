"""Mail, to a real server on the loopback interface."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from reinfra.alerts.channels import ChannelError, open_channel
from reinfra.alerts.channels.smtp import Smtp
from reinfra.alerts.message import Told
from reinfra.config.receivers import SmtpReceiver
from reinfra.model import Transition
from tests.alerts.endpoints import smtp_endpoint
from tests.alerts.strange import T0, digest, notice


def receiver(port: int, **settings: Any) -> SmtpReceiver:  # noqa: ANN401
    given = {"host": "127.0.0.1", "security": "none", "sender": "reinfra@example.com"}
    return SmtpReceiver(
        name="mail", port=port, **{**given, "to": ("oncall@example.com",), **settings}
    )


def test_all_mails_of_an_incident_are_one_thread() -> None:
    steps = (Transition.OPENED, Transition.ESCALATED, Transition.RESOLVED)
    life: list[Told] = [
        replace(notice(step, number=number), opened_at=T0) for number, step in enumerate(steps, 1)
    ]
    life.append(digest())
    with smtp_endpoint() as box:
        channel = open_channel(receiver(box.port))
        assert all(one.delivered for one in channel.send(life))
        channel.send(life[:1])
    opened, escalated, resolved, other, again = box.mails
    root = opened["Message-ID"]
    assert root == again["Message-ID"] == f"<inc-7.{T0}@example.com>"
    assert opened["References"] is None
    assert escalated["References"] == escalated["In-Reply-To"] == resolved["References"] == root
    assert len({mail["Message-ID"] for mail in (opened, escalated, resolved, other)}) == 4
    assert other["References"] is None
    assert resolved["Subject"].startswith("[RESOLVED]")
    assert opened["Auto-Submitted"] == "auto-generated"
    body = opened.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().startswith("CRITICAL opened: EC2 CPU utilization 98 % on i-53ea38")


def test_a_title_cannot_write_headers() -> None:
    mail = Smtp(receiver(25)).mail(notice(title="x\r\nBcc: everyone@example.org"))
    assert mail["Bcc"] is None
    assert mail["Subject"] == "[CRIT] x Bcc: everyone@example.org INC-7"


@pytest.mark.parametrize(
    ("refuse", "permanent"),
    [
        ({"RCPT": "550 nobody here"}, True),
        ({"RCPT": "450 later"}, False),
        ({"MAIL": "552 too much"}, True),
        ({"DATA": "451 later"}, False),
    ],
)
def test_what_the_server_refuses_for_good_is_not_tried_again(
    refuse: dict[str, str], *, permanent: bool
) -> None:
    with smtp_endpoint(**refuse) as box:
        (result,) = open_channel(receiver(box.port)).send([notice()])
    assert not result.delivered
    assert result.permanent is permanent


def test_a_server_without_starttls_gets_no_mail() -> None:
    with smtp_endpoint() as box:
        channel = open_channel(receiver(box.port, security="starttls"))
        with pytest.raises(ChannelError, match="no STARTTLS") as caught:
            channel.send([notice()])
        assert box.mails == []
    assert not caught.value.permanent


def test_a_server_that_is_gone_is_tried_again() -> None:
    with smtp_endpoint() as box:
        port = box.port
    with pytest.raises(ChannelError, match="does not answer") as caught:
        open_channel(receiver(port)).send([notice()])
    assert not caught.value.permanent


@pytest.mark.parametrize(
    "settings",
    [
        {"host": "mail.example.com"},
        {"username": "u", "password_env": "P"},
        {"security": "starttls", "username": "u"},
        {"to": ()},
        {"to": ("a@b, c@d",)},
        {"sender": "x\r\nBcc: y@z"},
    ],
)
def test_unsafe_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        receiver(25, **settings)
