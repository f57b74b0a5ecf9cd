import asyncio
import socket
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from dashboard.connection import DATABASE_VARIABLE
from dashboard.headers import HEADERS, SecurityHeaders
from dashboard.probes import ROUTES, exposition
from dashboard.queries.counts import Counts
from dashboard.server import listen, url_of
from reinfra.model import InputError, Origin
from reinfra.store.sources import SourceState
from tests.dashboard.conftest import Filled


def _get(path: str) -> httpx.Response:
    app = Starlette(routes=ROUTES, middleware=[Middleware(SecurityHeaders)])

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_a_taken_port_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with listen("127.0.0.1", port) as listening:
            assert port < listening.getsockname()[1] <= port + 50


def test_a_free_port_is_used_as_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    with listen("127.0.0.1", port) as listening:
        assert url_of(listening) == f"http://127.0.0.1:{port}"


def test_an_address_that_is_not_ours_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match=r"192\.0\.2\.1:8501: cannot listen"):
        listen("192.0.2.1", 8501)


def test_every_response_carries_the_security_headers() -> None:
    headers = _get("/nowhere").headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_health_is_good_while_the_store_answers(filled: Filled) -> None:
    assert filled.url
    response = _get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_health_says_why_it_is_bad(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, f"sqlite:///{tmp_path}/none.db")
    response = _get("/healthz")
    assert response.status_code == 503
    assert "reinfra db upgrade" in response.json()["reason"]
    assert "reinfra_up 0" in _get("/metrics").text


def test_metrics_count_series_incidents_and_messages(filled: Filled) -> None:
    assert filled.url
    lines = _get("/metrics").text.splitlines()
    assert 'reinfra_series{source="hosts",origin="recorded"} 3' in lines
    assert 'reinfra_incidents{state="open"} 1' in lines
    assert 'reinfra_outbox_messages{state="pending"} 1' in lines
    assert any(
        line.startswith('reinfra_source_watermark_seconds{source="hosts"}') for line in lines
    )


def test_a_label_cannot_break_out_of_its_line() -> None:
    evil = 'a"} 1\nreinfra_up 0\\'
    source = SourceState(evil, Origin.LIVE, "", None, 0, 1, None)
    lines = list(exposition(Counts((source,), {}, {})))
    assert r'reinfra_series{source="a\"} 1\nreinfra_up 0\\",origin="live"} 1' in lines
    assert not any("\n" in line for line in lines)
