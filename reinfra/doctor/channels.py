"""Whether messages can go out."""

from collections.abc import Iterator

from reinfra.config import Settings
from reinfra.doctor.finding import Finding, Level


def channels(settings: Settings) -> Iterator[Finding]:
    alerts = settings.alerts
    yield Finding(Level.OK, "alert channels", ", ".join(alerts.channels) or "none")
    if not alerts.sns_topic_arn:
        yield Finding(Level.NOTE, "Amazon SNS", "no topic is set.", "Set alerts.sns_topic_arn.")
    else:
        yield _credentials(alerts.sns_topic_arn)


def _credentials(topic: str) -> Finding:
    import boto3
    from botocore.exceptions import BotoCoreError

    todo = "Set them for AWS's own chain."
    try:
        found = boto3.Session().get_credentials()
    except BotoCoreError as error:
        return Finding(Level.BAD, "Amazon SNS", f"{topic}: {error}.", todo)
    if found is None:
        return Finding(Level.BAD, "Amazon SNS", f"{topic}: no AWS credentials.", todo)
    return Finding(Level.OK, "Amazon SNS", f"{topic}: credentials found, not tried")
