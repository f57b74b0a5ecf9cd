"""One real journey: a server, a browser, an incident acknowledged, a link opened afresh."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from reinfra.model import IncidentState
from reinfra.store import incidents
from tests.dashboard.conftest import Filled

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 60_000  # ms; a busy machine is slow to start a browser, not wrong

SERVE = "import sys; from dashboard.server import serve; serve(sys.argv[1], '127.0.0.1', 18501)"


@pytest.fixture
def address(filled: Filled) -> Iterator[str]:
    command = [sys.executable, "-c", SERVE, filled.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith("Dashboard: http://127.0.0.1:"), line
        yield line.split()[1]
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is not installed")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        except Error as error:
            pytest.skip(f"chromium does not start here: {error.message.splitlines()[0]}")
        yield started
        started.close()


def test_an_incident_is_found_acknowledged_and_linked_to(
    filled: Filled, address: str, browser: Browser
) -> None:
    requests: list[str] = []
    page = _opened(browser, requests)
    page.goto(f"{address}/incident?incident={filled.incident_id}")  # the server's first visitor
    expect(page.get_by_role("link", name="Overview")).to_be_visible()
    page.goto(f"{address}/?range=7d")
    expect(page.get_by_text("Recorded data:")).to_be_visible()
    expect(page.get_by_role("radio", name="7d")).to_be_checked()
    page.get_by_text(f"INC-{filled.incident_id}").first.click()
    expect(page.get_by_role("heading", name=f"INC-{filled.incident_id}")).to_be_visible()
    assert f"incident={filled.incident_id}" in page.url
    expect(page.get_by_text("<img src=x onerror=alert(1)> **bold**").first).to_be_visible()

    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Acknowledge")).to_be_disabled()
    with filled.store.reading() as connection:
        state = incidents.get(connection, filled.incident_id).state
    assert state is IncidentState.ACKNOWLEDGED

    link = page.url
    fresh = _opened(browser, requests)
    fresh.goto(link)
    expect(fresh.get_by_role("heading", name=f"INC-{filled.incident_id}")).to_be_visible()
    expect(fresh.get_by_text("acknowledged", exact=True).first).to_be_visible()

    assert page.locator("img[src='x']").count() == 0
    assert page.locator("a[href*='evil.example']").count() == 0
    assert [url for url in requests if not url.startswith((address, "data:", "blob:"))] == []


def _opened(browser: Browser, requests: list[str]) -> Page:
    """A browser of its own, with a page whose requests are written down."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    page.on("request", lambda request: requests.append(request.url))
    return page
