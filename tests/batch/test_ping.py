import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from reinfra.batch.ping import ping
from reinfra.config.deadman import DeadmanSettings
from reinfra.errors import ExitCode


class _Monitor(BaseHTTPRequestHandler):
    paths: list[str]

    def do_GET(self) -> None:
        self.paths.append(self.path)
        self.send_response(200 if "secret" in self.path else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def monitor() -> Iterator[tuple[str, list[str]]]:
    paths: list[str] = []
    handler = type("Monitor", (_Monitor,), {"paths": paths})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()


def test_only_runs_that_searched_are_told_outside(monitor: tuple[str, list[str]]) -> None:
    address, paths = monitor
    settings = DeadmanSettings(ping_url=f"{address}/secret")
    assert [ping(settings, code) for code in ExitCode] == [True, False, False, True, False, False]
    assert paths == ["/secret", "/secret"]


def test_a_monitor_that_is_not_there_is_told_without_its_address(
    monitor: tuple[str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    address, _ = monitor
    assert not ping(DeadmanSettings(ping_url=f"{address}/other"), ExitCode.OK)
    assert not ping(DeadmanSettings(ping_url="http://127.0.0.1:9/secret"), ExitCode.OK)
    said = capsys.readouterr().out
    assert "404" in said
    assert "secret" not in said
    assert "secret" not in repr(DeadmanSettings(ping_url=f"{address}/secret"))
