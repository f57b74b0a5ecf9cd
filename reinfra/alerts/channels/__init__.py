"""Ways to deliver an alert. A new one is a module here, a line in `KINDS`, and a model of its settings."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reinfra.alerts.channels.base import Channel, ChannelError, Result
from reinfra.alerts.message import Context
from reinfra.config.receivers import (
    AnyReceiver,
    ConsoleReceiver,
    FileReceiver,
    SmtpReceiver,
    SnsReceiver,
    WebhookReceiver,
)
from reinfra.errors import InputError

__all__ = ["KINDS", "Channel", "ChannelError", "Result", "open_channel", "secret"]


def _console(settings: ConsoleReceiver, _context: Context) -> Channel:
    from reinfra.alerts.channels.console import Console

    return Console(settings.name)


def _file(settings: FileReceiver, context: Context) -> Channel:
    from reinfra.alerts.channels.file import JsonLines

    return JsonLines(Path(settings.path), settings.name, context)


def _sns(settings: SnsReceiver, context: Context) -> Channel:
    from reinfra.alerts.channels.sns import open_sns

    return open_sns(settings, context)


def _smtp(settings: SmtpReceiver, context: Context) -> Channel:
    from reinfra.alerts.channels.smtp import Smtp

    return Smtp(settings, secret(settings.password_env, settings.name), context)


def _webhook(settings: WebhookReceiver, context: Context) -> Channel:
    from reinfra.alerts.channels.webhook import open_webhook

    url = settings.url or secret(settings.url_env, settings.name)
    key = secret(settings.secret_env, settings.name)
    return open_webhook(
        settings, url, key, secret(settings.authorization_env, settings.name), context
    )


KINDS: dict[str, Callable[[Any, Context], Channel]] = {
    "console": _console,
    "file": _file,
    "smtp": _smtp,
    "sns": _sns,
    "webhook": _webhook,
}
"""Each takes the settings of its kind."""


def open_channel(settings: AnyReceiver, context: Context | None = None) -> Channel:
    """The channel of a receiver. Raises InputError for a secret that is not there, ChannelError."""
    return KINDS[settings.kind](settings, context or Context())


def secret(variable: str, receiver: str) -> str:
    """What the variable holds; empty where none is named. Raises InputError, which shows no value."""
    if not variable:
        return ""
    found = os.environ.get(variable, "")
    if not found:
        raise InputError(
            f"the variable {variable} is not set",
            where=f"receiver {receiver}",
            todo="Set it in the environment of what sends.",
        )
    return found
