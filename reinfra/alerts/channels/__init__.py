"""Ways to deliver an alert. A new one is a module here and a line in `KINDS`."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path

from reinfra.alerts.channels.base import Channel, ChannelError, Result
from reinfra.errors import InputError

__all__ = ["KINDS", "Channel", "ChannelError", "Result", "open_channel"]


def _console(*, name: str = "console") -> Channel:
    from reinfra.alerts.channels.console import Console

    return Console(name)


def _file(*, path: str, name: str = "file", dashboard_url: str = "") -> Channel:
    from reinfra.alerts.channels.file import JsonLines

    return JsonLines(Path(path), name, dashboard_url)


def _sns(
    *,
    topic_arn: str,
    region: str = "",
    endpoint_url: str = "",
    format: str = "text",  # noqa: A002 - the word that the configuration uses
    name: str = "sns",
    dashboard_url: str = "",
) -> Channel:
    from reinfra.alerts.channels.sns import open_sns

    return open_sns(
        topic_arn=topic_arn,
        region=region,
        endpoint_url=endpoint_url,
        format=format,
        name=name,
        dashboard_url=dashboard_url,
    )


KINDS: dict[str, Callable[..., Channel]] = {"console": _console, "file": _file, "sns": _sns}
"""Each takes its settings, all of them texts, by name; `name` is what the outbox calls the channel."""


def open_channel(kind: str, settings: Mapping[str, str]) -> Channel:
    """The channel that these settings describe. Raises InputError that names the wrong or missing one."""
    if kind not in KINDS:
        raise InputError(f"no channel of kind {kind!r}", todo=f"Use one of {', '.join(KINDS)}.")
    known = inspect.signature(KINDS[kind]).parameters
    needed = {name for name, one in known.items() if one.default is one.empty}
    if unknown := set(settings) - set(known):
        raise InputError(
            f"unknown setting {', '.join(sorted(unknown))}",
            where=f"channel {kind}",
            todo=f"It takes {', '.join(known)}.",
        )
    if missing := needed - set(settings):
        raise InputError(f"{', '.join(sorted(missing))} is missing", where=f"channel {kind}")
    return KINDS[kind](**settings)
