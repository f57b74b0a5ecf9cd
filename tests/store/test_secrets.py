"""No message names a password or a key, whoever wrote it."""

from collections.abc import Callable

import httpx
import pytest

from reinfra.model import ReinfraError
from reinfra.store import Selector, open_store
from reinfra.store.address import shown
from reinfra.store.backends import open_samples
from reinfra.store.backends.prometheus import Prometheus
from reinfra.store.http import Limits
from reinfra.store.parquet import located

NOWHERE = "127.0.0.1:9"


def asked(url: str) -> None:
    with Prometheus(url, limits=Limits(attempts=1)) as store:
        store.series(Selector())


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: located("s3://key:s3cr/et@bucket/path?region=x"),
        lambda: located("s3x://key:s3cret@bucket/path"),
        lambda: located("s3://key:k/@bucket/path?token=s3cret"),
        lambda: open_samples("ftp://me:s3cret@there"),
        lambda: open_store("postgresql://me:s3cret@there:port/db"),
        lambda: open_store(f"postgresql://me:s3cret@{NOWHERE}/db?password=s3cret"),
        lambda: asked("http://me:s3cret@[bad"),
        lambda: asked(f"http://me:s3cret@{NOWHERE}?token=s3cret"),
        lambda: asked("ftp://me:s3cret@there"),
    ],
)
def test_what_fails_is_named_without_its_secret(attempt: Callable[[], object]) -> None:
    with pytest.raises(ReinfraError) as raised:
        attempt()
    assert "s3c" not in str(raised.value)


def test_an_address_keeps_what_says_where_it_is() -> None:
    assert shown("s3://key:se/cret@bucket/path?token=x") == "s3://bucket/path"
    assert shown("http://there:9090/prometheus") == "http://there:9090/prometheus"
    assert shown("/a/folder@home") == "/a/folder@home"


def test_a_password_is_sent_and_is_not_in_the_address_that_is_logged() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"status": "success", "data": []})

    with Prometheus(
        "http://me:s3cret@there/prefix", transport=httpx.MockTransport(answer)
    ) as store:
        store.series(Selector())
    assert {str(one.url).partition("?")[0] for one in seen} == {
        "http://there/prefix/api/v1/metadata",
        "http://there/prefix/api/v1/series",
    }
    assert all(one.headers["Authorization"].startswith("Basic ") for one in seen)
