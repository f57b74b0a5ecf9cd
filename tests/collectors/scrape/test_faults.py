"""Every way an exporter can misbehave ends as data, as a marker or as one error, and in time."""

import gzip
import math
import socket
import threading
import time
import zlib
from pathlib import Path

import pytest

from collectors.base import CollectorError
from tests.collectors.scrape.loopback import NOW, OPEN_METRICS, Exporter, Talk, collected, scraper

GOOD = b"# TYPE a_total counter\na_total 1\nb 2\n"


def failure(target: Exporter, **settings: object) -> str:
    scrape = scraper(target, **settings)
    given = collected(scrape)
    scrape.close()
    assert given.samples == {}
    assert given.error is not None
    return str(given.error)


def hang(_connection: socket.socket, _request: bytes, stop: threading.Event) -> None:
    stop.wait(10)


def head(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body)


def dripping(what: bytes, at_once: int) -> Talk:
    def talk(connection: socket.socket, _request: bytes, stop: threading.Event) -> None:
        connection.sendall(what[:at_once])
        for i in range(at_once, len(what)):
            if stop.wait(0.05):
                return
            connection.sendall(what[i : i + 1])

    return talk


def stopping(after: bytes) -> Talk:
    def talk(connection: socket.socket, _request: bytes, stop: threading.Event) -> None:
        connection.sendall(after)
        stop.wait(10)

    return talk


WHOLE = head(GOOD * 50) + GOOD * 50


@pytest.mark.parametrize(
    "talk",
    [
        hang,
        dripping(WHOLE, 0),
        dripping(WHOLE, len(head(GOOD)) + 4),
        stopping(WHOLE[:90]),
        stopping(b"HTTP/1.1 200 OK\r\nContent-"),
    ],
    ids=["no answer", "slow header", "slow body", "stops within the body", "stops within a header"],
)
def test_a_target_that_hangs_or_drips_is_given_up_in_time(target: Exporter, talk: Talk) -> None:
    target.talk = talk
    begun = time.monotonic()
    assert "it hangs: no whole answer within 0.4 s" in failure(target, timeout=0.4)
    assert time.monotonic() - begun < 3


def test_a_target_that_does_not_accept_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        queued = [socket.socket() for _ in range(4)]
        for each in queued:
            each.settimeout(0)
            each.connect_ex(("127.0.0.1", port))
        why = failure(Exporter(port), timeout=0.4)
        for each in queued:
            each.close()
    assert "it hangs" in why


def test_nobody_listening_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "no answer" in failure(Exporter(port))


def test_a_page_of_100_megabytes_is_not_read_to_its_end(target: Exporter) -> None:
    sent = 0

    def talk(connection: socket.socket, _request: bytes, _stop: threading.Event) -> None:
        nonlocal sent
        size = 100 << 20
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % size
        )
        line = b"a" * 65535 + b"\n"
        while sent < size:
            connection.sendall(line)
            sent += len(line)

    target.talk = talk
    assert "larger than max_bytes (1,048,576)" in failure(target, max_bytes=1 << 20)
    assert sent < 50 << 20


def test_a_gzip_bomb_is_not_unpacked_to_its_end(target: Exporter) -> None:
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(b"a" * (1 << 20)) for _ in range(64)]
    target.body = b"".join(parts) + packer.flush()
    target.headers["Content-Encoding"] = "gzip"
    assert len(target.body) < 300_000
    assert "larger than max_bytes" in failure(target, max_bytes=1 << 20)


def test_gzip_is_unpacked_also_in_several_members(target: Exporter) -> None:
    target.headers["Content-Encoding"] = "gzip"
    target.body = gzip.compress(GOOD, mtime=0) + gzip.compress(b"c 3\n")
    given = collected(scraper(target))
    assert (given.error, given.value("c")) == (None, 3)
    assert b"Accept-Encoding: gzip" in target.requests[0]


@pytest.mark.parametrize(
    ("body", "encoding", "why"),
    [
        (gzip.compress(GOOD, mtime=0)[:-9], "gzip", "ends too early"),
        (GOOD, "gzip", "not the gzip"),
        (GOOD, "br", "was not asked for"),
        (b"", "gzip", ""),
    ],
)
def test_a_broken_encoding_is_refused(
    target: Exporter, body: bytes, encoding: str, why: str
) -> None:
    target.body, target.headers["Content-Encoding"] = body, encoding
    if why:
        assert why in failure(target)
    else:
        assert collected(scraper(target)).error is None


def test_a_body_shorter_than_announced_is_no_page(target: Exporter) -> None:
    target.talk = lambda connection, _request, _stop: connection.sendall(head(GOOD) + GOOD[:-4])
    assert "no answer" in failure(target)


def test_a_half_line_is_no_page_even_where_the_connection_ends_it(target: Exporter) -> None:
    target.talk = lambda connection, _request, _stop: connection.sendall(
        b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + GOOD[:-1]
    )
    assert "line 3: malformed exposition: the page ends within a line" in failure(target)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("500 Internal Server Error", "it answered 500"),
        ("404 Not Found", "there is no such page. The path is often /metrics."),
        ("401 Unauthorized", "it wants credentials"),
        ("403 Forbidden", "it refuses these credentials"),
        ("302 Found", "it answered 302"),
        ("204 No Content", "it answered 204"),
    ],
)
def test_any_other_status_than_200_is_an_error(target: Exporter, status: str, why: str) -> None:
    target.status, target.body = status, GOOD
    target.headers["Location"] = "http://169.254.169.254/latest/meta-data"
    assert why in failure(target)
    assert len(target.requests) == 1


@pytest.mark.parametrize("told", ["text/html; charset=utf-8", "application/json", "nonsense"])
def test_a_page_that_is_none_is_refused_by_its_type(target: Exporter, told: str) -> None:
    target.headers["Content-Type"] = told
    target.body = b"<html>sign in</html>"
    assert "no metrics page" in failure(target)


def test_a_page_without_a_type_is_read_by_the_fallback_alone(target: Exporter) -> None:
    target.body, target.headers = GOOD, {}
    assert "no Content-Type" in failure(target)
    assert collected(scraper(target, fallback="text")).value("b") == 2


def test_bad_utf_8_is_refused_with_its_line(target: Exporter) -> None:
    target.body = b'a 1\nb{l="\xc3\x28"} 2\n'
    assert "line 2: malformed exposition: not UTF-8" in failure(target)


def test_nothing_of_a_malformed_page_is_kept(target: Exporter) -> None:
    target.body = b"a 1\nb 2\nc oops\n"
    assert failure(target).endswith("line 3: malformed exposition: expected a number, got 'oops'")


def test_nan_and_infinity_are_what_the_page_says(target: Exporter) -> None:
    target.body = b"a NaN\nb +Inf\nc -Inf\n"
    given = collected(scraper(target))
    assert math.isnan(given.value("a"))
    assert (given.value("b"), given.value("c")) == (math.inf, -math.inf)


def test_lines_of_one_series_are_kept_once_and_counted(target: Exporter) -> None:
    rows = [f'a{{i="{i}"}} {i}\n' for i in range(741)]
    target.body = "".join([*rows, 'a{i="5"} 99\n', 'a{i="740"} 99\n']).encode()
    given = collected(scraper(target))
    assert len(given.samples) == 741
    assert given.value("a", i="5") == 5
    assert given.report.refused == {"lines of one series": 2}


def test_labels_that_collide_after_translation_are_one_series(target: Exporter) -> None:
    target.body = (
        b"# TYPE DCGM_FI_DEV_GPU_UTIL gauge\n"
        b'DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-1",Hostname="n",pod="a"} 50\n'
        b'DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-1",Hostname="n",pod="b"} 50\n'
    )
    given = collected(scraper(target))
    assert list(given.samples.values()) == [0.5]
    assert given.report.refused == {"lines of one series": 1}
    assert {(f.name, f.value) for f in given.report.facts} == {("k8s.pod.name", "a,b")}


def test_a_repeated_series_with_times_of_its_own_is_several_samples(target: Exporter) -> None:
    target.body = f"a 1 {NOW - 2000}\na 2 {NOW - 1000}\na 3 {NOW - 1000}\n".encode()
    given = collected(scraper(target))
    assert given.report.refused == {"lines of one series": 1}
    assert (given.value("a"), list(given.at.values())) == (2, [NOW - 1000])


def test_times_far_from_the_clock_are_refused_and_counted(target: Exporter) -> None:
    target.body = f"a 1 {NOW + 3_600_000}\nb 2 {NOW - 90_000_000}\nc 3 {NOW - 1000}\nd 4\n".encode()
    given = collected(scraper(target))
    assert {key.metric: at for key, at in given.at.items()} == {"c": NOW - 1000, "d": NOW}
    assert given.report.refused == {"times far from the clock's": 2}
    ours = collected(scraper(target, honor_timestamps=False))
    assert set(ours.at.values()) == {NOW}
    assert len(ours.samples) == 4


def test_a_restarted_exporter_is_read_again_over_a_new_connection(target: Exporter) -> None:
    scrape = scraper(target)
    target.body = b"# TYPE a_total counter\na_total 500\n"
    collected(scrape)
    target.talk = lambda connection, _request, _stop: connection.shutdown(socket.SHUT_RDWR)
    assert collected(scrape).error is not None
    target.talk, target.body = None, b"# TYPE a_total counter\na_total 3\n"
    assert collected(scrape).value("a_total") == 3
    scrape.close()


def test_a_connection_is_used_again_and_one_that_was_closed_is_replaced(target: Exporter) -> None:
    scrape = scraper(target)
    target.body = GOOD
    for _ in range(3):
        assert collected(scrape).error is None
    assert target.connections == 1
    target.headers["Connection"] = "close"
    for _ in range(2):
        assert collected(scrape).error is None
    scrape.close()


def test_proxies_of_the_environment_are_not_asked(
    target: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    target.body = GOOD
    assert collected(scraper(target)).error is None


def test_a_proxy_that_is_set_is_asked(target: Exporter) -> None:
    target.body = GOOD
    scrape = scraper(
        target, url="http://exporter.invalid:9400/metrics", proxy=f"http://127.0.0.1:{target.port}"
    )
    assert collected(scrape).error is None
    assert target.requests[0].startswith(b"GET http://exporter.invalid:9400/metrics ")


def test_a_message_never_shows_the_query_of_the_url(target: Exporter) -> None:
    target.status = "500 no"
    assert "hunter2" not in failure(target, url=target.url + "?token=hunter2")


def test_certificates_that_cannot_be_read_are_said(target: Exporter, tmp_path: Path) -> None:
    assert "no certificates" in failure(target, ca_file=str(tmp_path / "none.pem"))


def test_an_open_metrics_page_is_held_to_its_own_grammar(target: Exporter) -> None:
    target.headers["Content-Type"] = OPEN_METRICS
    target.body = b"# TYPE a counter\na_total 1\n"
    assert "does not end with '# EOF'" in failure(target)
    target.body += b"# EOF\n"
    assert collected(scraper(target)).value("a_total") == 1


def test_open_metrics_of_an_unknown_version_is_refused(target: Exporter) -> None:
    target.headers["Content-Type"] = "application/openmetrics-text; version=3.0.0"
    assert "OpenMetrics '3.0.0' is not read here" in failure(target)


def test_a_collector_error_is_raised_and_no_other(target: Exporter) -> None:
    target.talk = lambda connection, _request, _stop: connection.sendall(
        b"\x00\xff garbage\r\n\r\n"
    )
    with pytest.raises(CollectorError):
        list(scraper(target).collect())
