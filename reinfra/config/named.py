"""Every receiver there is: the tables, and what the short settings of alerts describe."""

from reinfra.config.alerts import AlertSettings
from reinfra.config.receivers import (
    AnyReceiver,
    ConsoleReceiver,
    FileReceiver,
    SnsReceiver,
)
from reinfra.config.settings import Settings


def receivers(settings: Settings) -> dict[str, AnyReceiver]:
    """By name: those of `alerts.channels`, of which a table of the same name takes the place, then tables."""
    tables = {one.name: one for one in settings.receiver}
    short = {one.name: one for one in _short(settings.alerts)}
    return short | tables


def _short(alerts: AlertSettings) -> list[AnyReceiver]:
    named = (*alerts.channels, *(["sns"] if alerts.sns_topic_arn else []))
    return [_one(alerts, name) for name in dict.fromkeys(named)]


def _one(alerts: AlertSettings, name: str) -> AnyReceiver:
    if name == "console":
        return ConsoleReceiver(name=name)
    if name == "file":
        return FileReceiver(name=name, path=alerts.file)
    return SnsReceiver(
        name=name,
        topic_arn=alerts.sns_topic_arn,
        region=alerts.sns_region,
        endpoint_url=alerts.sns_endpoint_url,
        format=alerts.sns_format,
    )
