"""Harmless messages through receivers, so that a silent one is found before it matters."""

from collections.abc import Sequence
from dataclasses import dataclass

from reinfra.alerts.channels.base import Channel, ChannelError, Result
from reinfra.model import Incident, IncidentState, Severity, Transition
from reinfra.store.notice import Notice

_LIFE = (
    (Transition.OPENED, IncidentState.OPEN),
    (Transition.ESCALATED, IncidentState.OPEN),
    (Transition.ACKNOWLEDGED, IncidentState.ACKNOWLEDGED),
    (Transition.RESOLVED, IncidentState.RESOLVED),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the test messages for one receiver: how many it took, by what ids, or the error.

    `audience` is who hears of it, where the other side says so.
    """

    receiver: str
    sent: int = 0
    receipts: tuple[str, ...] = ()
    error: str = ""
    audience: str = ""

    @property
    def passed(self) -> bool:
        return not self.error


def send_trial(channels: Sequence[Channel], now: int, *, life: bool = False) -> list[Trial]:
    """A test message to each channel, or with `life` one of each transition of an incident. Nothing is stored."""
    return [_tried(channel, now, life=life) for channel in channels]


def trial_notice(now: int, step: int = 0) -> Notice:
    """The message of an incident's `step`-th transition."""
    transition, state = _LIFE[step]
    incident = Incident(
        id=0,
        scope="service reinfra",
        title="Test message: nothing is wrong",
        severity=Severity.WARNING if transition is Transition.ESCALATED else Severity.INFO,
        state=state,
        since=now,
        until=now,
        series_count=0,
    )
    reasons = ("Sent by `reinfra alerts test`.",)
    return Notice(incident, transition, step + 1, now, reasons, kind="test", opened_at=now)


def _tried(channel: Channel, now: int, *, life: bool) -> Trial:
    receipts: list[str] = []
    for step in range(len(_LIFE) if life else 1):
        result = _sent(channel, trial_notice(now, step))
        if not result.delivered:
            return Trial(channel.name, step, tuple(receipts), result.error, _audience(channel))
        receipts += filter(None, [result.receipt])
    return Trial(channel.name, step + 1, tuple(receipts), audience=_audience(channel))


def _sent(channel: Channel, notice: Notice) -> Result:
    try:
        return channel.send([notice])[0]
    except ChannelError as error:
        return Result(str(error), permanent=error.permanent)


def _audience(channel: Channel) -> str:
    """Only some channels know who listens."""
    ask = getattr(channel, "audience", None)
    return str(ask()) if ask else ""
