"""Sending what waits in the outbox, through the channels that the settings name."""

import numpy as np

from reinfra.alerts.backoff import Backoff
from reinfra.alerts.channels import Channel, open_channel
from reinfra.alerts.relay import RelayReport, relay
from reinfra.batch.record import channel_names
from reinfra.config import AlertSettings
from reinfra.model import Clock
from reinfra.store import Store


def channels(settings: AlertSettings) -> list[Channel]:
    """The channels, opened. Raises InputError for one whose settings are wrong or missing."""
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
    return [open_channel(name, given[name]) for name in channel_names(settings)]


def deliver(store: Store, settings: AlertSettings, clock: Clock) -> RelayReport:
    """One pass over the outbox. Raises InputError for a channel that cannot be opened."""
    backoff = Backoff(attempts=settings.max_attempts)
    rng = np.random.default_rng()  # spreads retries; nothing that is stored depends on it
    return relay(store, channels(settings), clock, rng, backoff=backoff)
