"""Runs, signs of life and backtests as tables."""

import json
from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard.format import instant
from dashboard.queries.history import outcome
from dashboard.text import cell
from reinfra.alerts.deadman import Pulse
from reinfra.signals.wording import UNKNOWN, duration
from reinfra.store.backtests import StoredBacktest
from reinfra.store.heartbeats import Beat
from reinfra.store.runs import Run

_ID = 12
_FIGURES = 400


def runs(there: Sequence[Run]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "began (UTC)": instant(one.started_at),
            "kind": cell(one.kind),
            "outcome": outcome(one),
            "took (s)": one.seconds,
            "searched until (UTC)": _at(one.done_until),
            "windows": one.windows,
            "series": one.series,
            "scored": one.scored,
            "failed": one.failed,
            "stale": one.stale,
            "anomalies": one.anomalies,
            "incidents": one.incidents,
            "host": cell(one.host, 80),
            "error": cell(one.error or "", 500),
            "run": cell(one.id[:_ID]),
        }
        for one in there
    )


def run(one: Run) -> pd.DataFrame:
    """All that is known of a run, a line each."""
    versions = json.loads(one.versions)
    rows = {
        "run": one.id,
        "kind": one.kind,
        "outcome": outcome(one),
        "began (UTC)": instant(one.started_at),
        "ended (UTC)": _at(one.ended_at),
        "from (UTC)": instant(one.since),
        "to (UTC)": instant(one.until),
        "searched until (UTC)": _at(one.done_until),
        "series": f"{one.series:,}: {one.scored:,} scored, {one.warming:,} warming up, "
        f"{one.failed:,} failed, {one.stale:,} stale",
        "late samples": f"{one.late:,}",
        "windows": f"{one.windows:,}",
        "anomalies": f"{one.anomalies:,}",
        "incidents": f"{one.incidents:,}",
        "version": one.version,
        "schema": str(versions.get("schema", UNKNOWN)) if isinstance(versions, dict) else UNKNOWN,
        "process": f"{one.pid or UNKNOWN} on {one.host}",
        "error": one.error or "none",
    }
    lines = {"what": list(rows), "value": [cell(value, 500) for value in rows.values()]}
    return pd.DataFrame(lines)


def pulses(there: Sequence[Pulse], beats: Sequence[Beat], now: int) -> pd.DataFrame:
    """How each loop stands, the stopped ones first."""
    latest = {(one.loop, one.host): one for one in beats}
    return pd.DataFrame(
        {
            "loop": one.loop,
            "host": cell(one.host, 80),
            "state": _state(one),
            "last sign of life": f"{duration(max(0, now - one.at))} ago",
            "expected within": duration(one.limit) if one.limit else UNKNOWN,
            "signs": latest[one.loop, one.host].beats,
            "version": cell(latest[one.loop, one.host].version, 40),
            "note": cell(one.note, 500),
        }
        for one in sorted(there, key=lambda one: (not one.stopped, one.loop, one.host))
    )


def backtests(there: Sequence[StoredBacktest]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "made (UTC)": instant(one.at),
            "kind": cell(one.kind),
            "from (UTC)": instant(one.since),
            "to (UTC)": instant(one.until),
            "figures": cell(_figures(one.figures), _FIGURES),
            "settings": cell(one.settings[:_ID]),
            "version": cell(one.version, 40),
            "backtest": cell(one.id[:_ID]),
        }
        for one in there
    )


def _figures(given: object) -> str:
    """The plain numbers and words of a backtest's outcome; what is nested is in its JSON."""
    if not isinstance(given, Mapping):
        return json.dumps(given)
    flat = {name: one for name, one in given.items() if not isinstance(one, dict | list)}
    return ", ".join(f"{name} {one}" for name, one in flat.items()) or json.dumps(given)


def _state(one: Pulse) -> str:
    if one.limit is None:
        return "no rhythm known yet"
    return "has stopped" if one.stopped else "lives"


def _at(at: int | None) -> str:
    return instant(at) if at is not None else UNKNOWN
