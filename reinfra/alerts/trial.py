"""A harmless message through every channel, so that a silent one is found before it matters."""

from collections.abc import Sequence

from reinfra.alerts.channels.base import Channel, ChannelError, Result
from reinfra.model import Incident, IncidentState, Severity, Transition
from reinfra.store.notice import Notice


def send_trial(channels: Sequence[Channel], now: int) -> list[tuple[str, Result]]:
    """What became of a test message on each channel, by name. Nothing is stored."""
    return [(channel.name, _sent(channel, now)) for channel in channels]


def trial_notice(now: int) -> Notice:
    incident = Incident(
        id=0,
        scope="service reinfra",
        title="Test message: nothing is wrong",
        severity=Severity.INFO,
        state=IncidentState.RESOLVED,
        since=now,
        until=now,
        series_count=0,
    )
    reasons = ("Sent by `reinfra alerts test`.",)
    return Notice(incident, Transition.OPENED, 1, now, reasons, kind="test")


def _sent(channel: Channel, now: int) -> Result:
    try:
        return channel.send([trial_notice(now)])[0]
    except ChannelError as error:
        return Result(str(error), permanent=error.permanent)
