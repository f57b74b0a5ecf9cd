"""Whether messages can go out."""

import os
from collections.abc import Iterator

from reinfra.config import Settings
from reinfra.config.named import receivers
from reinfra.config.receivers import AnyReceiver, SnsReceiver
from reinfra.doctor.finding import Finding, Level


def channels(settings: Settings) -> Iterator[Finding]:
    there = receivers(settings)
    yield Finding(
        Level.OK, "alert channels", ", ".join(there) or "none: nobody is told of anything"
    )
    topics = [one.topic_arn for one in there.values() if isinstance(one, SnsReceiver)]
    if not topics:
        todo = "Set alerts.sns_topic_arn, or add a [[receiver]] of kind sns."
        yield Finding(Level.NOTE, "Amazon SNS", "no topic is set.", todo)
    yield from (_credentials(topic) for topic in topics)
    for name, one in there.items():
        yield from _secrets(name, one)


def _secrets(name: str, one: AnyReceiver) -> Iterator[Finding]:
    """Variables that a receiver names and that are not set here."""
    for setting, variable in one:
        if setting.endswith("_env") and variable and not os.environ.get(variable):
            said = f"{setting} names {variable}, which is not set."
            todo = "Set it where `reinfra alerts relay` runs."
            yield Finding(Level.BAD, f"receiver {name}", said, todo)


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
