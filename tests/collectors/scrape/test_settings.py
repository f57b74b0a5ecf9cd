"""How a target is described, and who reinfra says it is."""

import base64
from pathlib import Path

import pytest
from pydantic import ValidationError

from reinfra.config.sources.scrape import ScrapeSource
from tests.collectors.scrape.loopback import Exporter, collected, scraper

SECRET = "s3cr3t-t0ken"  # noqa: S105 - made up


def asked(target: Exporter, **settings: object) -> str:
    target.body = b"a 1\n"
    assert collected(scraper(target, **settings)).error is None
    return target.requests[-1].decode()


def test_a_token_is_read_from_its_file_for_every_scrape(target: Exporter, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(SECRET + "\n")
    target.body = b"a 1\n"
    scrape = scraper(target, bearer_file=str(file))
    assert collected(scrape).error is None
    file.write_text("rotated")
    assert collected(scrape).error is None
    assert [
        request.decode().count(f"Authorization: Bearer {SECRET}") for request in target.requests
    ] == [1, 0]
    assert b"Authorization: Bearer rotated" in target.requests[1]


def test_a_token_or_password_may_be_in_the_environment(
    target: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPORTER_SECRET", SECRET)
    assert f"Authorization: Bearer {SECRET}" in asked(target, bearer_env="EXPORTER_SECRET")
    pair = base64.b64encode(f"me:{SECRET}".encode()).decode()
    given = asked(target, username="me", password_env="EXPORTER_SECRET")  # noqa: S106
    assert f"Authorization: Basic {pair}" in given


def test_an_expired_token_is_an_error_that_does_not_show_it(
    target: Exporter, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(SECRET)
    target.status = "401 Unauthorized"
    target.body = SECRET.encode()
    given = collected(scraper(target, bearer_file=str(tmp_path / "token")))
    assert given.error is not None
    assert "the token has expired" in str(given.error)
    assert SECRET not in f"{given.error!r} {given.error} {given.error.__cause__!r}"


@pytest.mark.parametrize("content", [b"", b"  \n", b"two\nlines", b"\xff\xfe", "é".encode()])
def test_a_secret_that_no_header_can_carry_is_refused_unseen(
    target: Exporter, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "token").write_bytes(content)
    given = collected(scraper(target, bearer_file=str(tmp_path / "token")))
    assert "credentials" in str(given.error)
    assert "lines" not in str(given.error)
    assert target.requests == []


def test_missing_credentials_are_said(target: Exporter, tmp_path: Path) -> None:
    for settings in ({"bearer_file": str(tmp_path / "none")}, {"bearer_env": "NO_SUCH_SECRET"}):
        assert "credentials" in str(collected(scraper(target, **settings)).error)


@pytest.mark.parametrize(
    "given",
    [
        {"url": "ftp://a/metrics"},
        {"url": "http:///metrics"},
        {"url": "http://me:pw@a/metrics"},
        {"url": "http://a/metrics#x"},
        {"url": "http://a:0/metrics"},
        {"url": "http://a:99999/metrics"},
        {"url": "http://a/", "proxy": "socks5://b"},
        {"url": "http://a/", "bearer_file": "x", "bearer_env": "Y"},
        {"url": "http://a/", "username": "me"},
        {"url": "http://a/", "password_file": "x"},
        {"url": "http://a/", "bearer_file": "x", "username": "me", "password_file": "x"},
        {"url": "http://a/", "formats": []},
        {"url": "http://a/", "max_bytes": 10},
        {},
    ],
)
def test_settings_that_cannot_work_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ScrapeSource.model_validate(given)


def test_the_formats_are_asked_for_in_their_order(target: Exporter) -> None:
    def accepted(*formats: str) -> str:
        request = asked(target, formats=formats)
        return next(line for line in request.splitlines() if line.startswith("Accept:"))

    assert accepted("text", "openmetrics").startswith("Accept: text/plain;version=1.0.0")
    assert accepted("protobuf", "text").startswith("Accept: application/vnd.google.protobuf;proto=")
    assert "escaping=allow-utf-8;q=0.9" in accepted("openmetrics")


def test_the_time_left_is_told(target: Exporter) -> None:
    assert "X-Prometheus-Scrape-Timeout-Seconds: 2.5" in asked(target, timeout=2.5)
