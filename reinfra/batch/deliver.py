"""Sending what waits in the outbox, through the channels that the settings name."""

import numpy as np

from reinfra.alerts.backoff import Backoff
from reinfra.alerts.channels import Channel, open_channel
from reinfra.alerts.relay import RelayReport, relay
from reinfra.batch.record import channel_names
from reinfra.config import AlertSettings
from reinfra.errors import ReinfraError
from reinfra.model import Clock
from reinfra.store import Store


def channels(settings: AlertSettings) -> tuple[list[Channel], dict[str, str]]:
    """The channels that can be opened, and by name what is wrong with the others."""
    given = {
        "console": {},
        "file": {"path": settings.file},
        "sns": {
            "topic_arn": settings.sns_topic_arn,
            "region": settings.sns_region,
            "endpoint_url": settings.sns_endpoint_url,
            "format": settings.sns_format,
        },
    }
    opened: list[Channel] = []
    wrong: dict[str, str] = {}
    for name in channel_names(settings):
        try:
            opened.append(open_channel(name, given[name]))
        except ReinfraError as error:
            wrong[name] = str(error)
    return opened, wrong


def deliver(store: Store, settings: AlertSettings, clock: Clock) -> RelayReport:
    """One pass over the outbox. A channel that cannot be opened is an error of the report; its messages wait."""
    backoff = Backoff(attempts=settings.max_attempts)
    rng = np.random.default_rng()  # spreads retries; nothing that is stored depends on it
    opened, wrong = channels(settings)
    report = relay(store, opened, clock, rng, backoff=backoff)
    report.errors.extend(f"{name}: {why}" for name, why in wrong.items())
    return report
