"""Samples read where they already are: nothing is written there."""

from urllib.parse import parse_qs, urlsplit, urlunsplit

from reinfra.model import Clock, InputError, system_clock
from reinfra.store.base import SampleStore

PROMETHEUS, PARQUET = "prometheus+", "parquet:"


def open_samples(place: str, clock: Clock = system_clock) -> SampleStore:
    """The samples at `place`: `prometheus+https://host/prometheus`, or `parquet:` and a folder or `s3://` address.

    `?region=eu-west-1` after a Prometheus address signs requests for Amazon's managed service, with credentials
    from AWS's own chain. Raises InputError for anything else.
    """
    if place.startswith(PARQUET):
        from reinfra.store.backends.parquet import Parquet

        return Parquet(place.removeprefix(PARQUET))
    if not place.startswith((f"{PROMETHEUS}http://", f"{PROMETHEUS}https://")):
        raise InputError(
            "neither Prometheus nor Parquet",
            where="database.samples",
            todo="Write prometheus+https://host/path or parquet:s3://bucket/path.",
        )
    from reinfra.store.backends.prometheus import Prometheus
    from reinfra.store.sigv4 import sigv4

    parts = urlsplit(place.removeprefix(PROMETHEUS))
    region = parse_qs(parts.query).get("region")
    url = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    return Prometheus(url, auth=sigv4(region[0]) if region else None, clock=clock)
