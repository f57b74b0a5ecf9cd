"""Real servers for the tests, on loopback ports that were free a moment ago."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def prometheus(folder: Path) -> Iterator[str]:
    (folder / "prometheus.yml").write_text("global: {scrape_interval: 1h}\n")
    url = f"127.0.0.1:{free_port()}"
    options = [
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address={url}",
        "--web.enable-remote-write-receiver",
        "--query.max-samples=50000",
    ]
    with _running("prometheus", options, f"http://{url}", "/-/ready"):
        yield f"http://{url}"


@contextmanager
def victoria_metrics(folder: Path) -> Iterator[str]:
    url = f"127.0.0.1:{free_port()}"
    options = [f"-storageDataPath={folder}/data", f"-httpListenAddr={url}", "-loggerLevel=ERROR"]
    with _running("victoria-metrics", options, f"http://{url}", "/health"):
        yield f"http://{url}"


@contextmanager
def _running(program: str, options: list[str], url: str, health: str) -> Iterator[None]:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed here")
    quiet = subprocess.DEVNULL
    with subprocess.Popen([path, *options], stdout=quiet, stderr=quiet) as process:
        try:
            _await(url + health)
            yield
        finally:
            process.kill()


def _await(url: str) -> None:
    end = time.monotonic() + 15
    with httpx.Client(transport=httpx.HTTPTransport()) as client:
        while time.monotonic() < end:
            try:
                if client.get(url).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
    raise TimeoutError(url)
