"""Silences, routes and messages as tables."""

from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard.format import instant
from dashboard.text import cell
from reinfra.alerts.routing.routes import Route
from reinfra.alerts.routing.trial import Tried
from reinfra.config.alerting import MaintenanceSettings
from reinfra.config.durations import written as lasting
from reinfra.config.matchers import written
from reinfra.store.backlog import Counts
from reinfra.store.outbox import Message
from reinfra.store.silences import Silence


def silences(there: Sequence[Silence], now: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "silence": one.id,
            "state": one.state(now),
            "matchers": cell(written(one.matchers), 500),
            "from (UTC)": instant(one.starts_at),
            "until (UTC)": instant(one.ends_at),
            "again and again": bool(one.schedule),
            "by": cell(one.created_by, 100),
            "why": cell(one.comment, 500),
        }
        for one in there
    )


def maintenance(there: Sequence[MaintenanceSettings]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "window": cell(one.name),
            "matchers": cell(", ".join(one.matchers), 500),
            "times": cell(", ".join(one.time_intervals)),
            "comment": cell(one.comment, 500),
        }
        for one in there
    )


def routes(there: Sequence[tuple[int, Route]]) -> pd.DataFrame:
    """The tree, what lies below moved to the right."""
    return pd.DataFrame(
        {
            "route": "\u2003" * depth + cell(one.path),
            "matchers": cell(written(one.matchers), 500),
            "told": cell(", ".join(one.receivers) or "nobody"),
            "grouped by": _grouped(one),
            "wait": lasting(one.group_wait),
            "interval": lasting(one.group_interval),
            "repeat": lasting(one.repeat_interval) if one.repeat_interval else "never",
            "continue": one.goes_on,
        }
        for depth, one in there
    )


def tried(there: Sequence[Tried]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "receiver": cell(one.receiver),
            "told": "not now" if one.muted else _after(one.group_wait),
            "kept back by": cell(one.muted, 500),
            "route": cell(one.route),
            "group": cell(", ".join(f"{name}={value}" for name, value in one.group.items())),
        }
        for one in there
    )


def receivers(counts: Mapping[str, Counts]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "receiver": cell(name),
            "waiting": one.pending,
            "sent": one.sent,
            "given up": one.dead,
            "oldest waiting (UTC)": instant(one.oldest_pending_at) if one.oldest_pending_at else "",
        }
        for name, one in counts.items()
    )


def messages(there: Sequence[Message]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "written (UTC)": instant(one.created_at),
            "receiver": cell(one.channel),
            "incident": f"/incident?incident={one.notice.incident.name}",
            "about": cell(f"{one.notice.transition}: {one.notice.incident.title}"),
            "tries": one.attempts,
            "error": cell(one.last_error or "", 500),
            "sent (UTC)": instant(one.sent_at) if one.sent_at else "",
            "next try (UTC)": instant(one.next_attempt_at) if one.state == "pending" else "",
        }
        for one in there
    )


def _after(wait: int) -> str:
    return f"after {lasting(wait)}" if wait else "at once"


def _grouped(one: Route) -> str:
    """Alertmanager's "..." is by all labels."""
    by = "each by itself" if "..." in one.group_by else ", ".join(one.group_by)
    return cell(by or "all together")
