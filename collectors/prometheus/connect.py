"""The server's API, asked as the settings say; what it refuses becomes a CollectorError."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from collectors.base import CollectorError
from collectors.scrape.credentials import authorization
from reinfra.config.sources.prometheus import PrometheusSource
from reinfra.store.errors import StoreError
from reinfra.store.http import Http, Limits, RefusedError
from reinfra.store.prometheus_api import PrometheusApi

_MOST_BYTES = 128 << 20
_WHOLE_ONLY = {"partial_response": "false", "deny_partial_response": "1"}
"""Thanos' and VictoriaMetrics' word for the same; servers that know neither ignore them."""


def connect(
    settings: PrometheusSource, transport: httpx.BaseTransport | None = None
) -> PrometheusApi:
    """Secrets are read now and held by the client alone. Raises CollectorError, and StoreError for AWS's."""
    auth = None
    if settings.region:
        from reinfra.store.sigv4 import sigv4  # boto3 is slow to import

        auth = sigv4(settings.region)
    headers = authorization(settings)
    if settings.tenant:
        headers["X-Scope-OrgID"] = settings.tenant
    limits = Limits(settings.timeout, _MOST_BYTES)
    http = Http(settings.url, auth, headers, limits, transport)
    return PrometheusApi(http, {} if settings.partial else _WHOLE_ONLY)


@contextmanager
def explained() -> Iterator[None]:
    """A server that does not answer is the source's failure and not the store's."""
    try:
        yield
    except StoreError as error:
        todo = error.todo
        if isinstance(error, RefusedError):
            todo = "Check url, tenant, credentials and the query."
        raise CollectorError(error.what, where=error.where, why=error.why, todo=todo) from error
