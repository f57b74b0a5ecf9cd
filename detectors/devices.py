"""Series that fell silent together: not five broken metrics but one missing device or host."""

import dataclasses
from collections.abc import Iterable, Sequence

from reinfra.model import Anomaly, SeriesKey

_HOST = ("host.id", "host.name")
_DEVICE = "hw.id"
_LEAST_SERIES = 2


def with_missing_devices(
    anomalies: Sequence[Anomaly], keys: Iterable[SeriesKey], now: int
) -> list[Anomaly]:
    """The same anomalies; the reason of one that lasts until `now` names the device or host that is gone.

    A device (or host) is gone when all its series, two at least, are silent until `now`. The
    widest thing that is gone is named.
    """
    silent = {anomaly.key for anomaly in anomalies if anomaly.until == now}
    members: dict[str, set[SeriesKey]] = {}
    for key in keys:
        for scope in _scopes(key):
            members.setdefault(scope, set()).add(key)
    gone = {
        scope: len(series)
        for scope, series in members.items()
        if len(series) >= _LEAST_SERIES and series <= silent
    }
    return [_named(anomaly, gone) if anomaly.until == now else anomaly for anomaly in anomalies]


def _scopes(key: SeriesKey) -> list[str]:
    """The host, then the device in it, by the labels that name them."""
    host = next((key.label(label) for label in _HOST if key.label(label)), "")
    device = key.label(_DEVICE)
    scopes = [f"host {host}"] if host else []
    if device:
        scopes.append(f"device {device}" + (f" of host {host}" if host else ""))
    return scopes


def _named(anomaly: Anomaly, gone: dict[str, int]) -> Anomaly:
    for scope in _scopes(anomaly.key):
        if scope in gone:
            reason = f"{anomaly.reason}; all {gone[scope]} series of {scope} are silent"
            return dataclasses.replace(anomaly, reason=reason)
    return anomaly
