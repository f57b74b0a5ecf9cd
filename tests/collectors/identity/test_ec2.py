import socket
import time

import pytest

from collectors.base import CollectorError
from collectors.identity import ec2
from tests.collectors.identity import services
from tests.collectors.serving import Answer, Request, service


def at(address: str) -> dict[str, str]:
    return ec2.attributes({"AWS_EC2_METADATA_SERVICE_ENDPOINT": address})


def test_an_instance_says_what_and_where_it_is_once_a_token_is_had() -> None:
    with service(services.ec2) as address:
        found = at(address + "/")
    assert found == {
        "cloud.provider": "aws",
        "cloud.platform": "aws_ec2",
        "cloud.account.id": "123456789012",
        "cloud.region": "us-east-1",
        "cloud.availability_zone": "us-east-1c",
        "host.id": "i-0abc",
        "host.type": "trn2.48xlarge",
        "host.image.id": "ami-0123",
        "aws.ec2.life_cycle": "spot",
        "aws.ec2.availability_zone.id": "use1-az5",
        "aws.ec2.placement.group": "ring",
    }


def test_where_nobody_listens_there_is_nothing_at_once() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    assert at(address) == {}


def test_where_nobody_answers_there_is_nothing_after_half_a_second() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        before = time.monotonic()
        assert at(f"http://127.0.0.1:{silent.getsockname()[1]}") == {}
        assert time.monotonic() - before < 5


def test_who_is_told_not_to_ask_does_not() -> None:
    def never(*_: object) -> Answer:
        pytest.fail("it was asked")

    with service(never) as address:
        asked = {
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": address,
            "AWS_EC2_METADATA_DISABLED": "True",
        }
        assert ec2.attributes(asked) == {}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((500, b""), "answered 500"),
        ((200, b"<html>"), "not valid JSON"),
        ((200, b"[" * 200_000), "not valid JSON"),
        ((200, b"[]"), "should be an object"),
        ((200, b"x" * 300_000), "answered more than 262,144 bytes"),
    ],
)
def test_a_service_that_breaks_off_is_an_error_without_the_token(answer: Answer, said: str) -> None:
    def broken(asked: Request) -> Answer:
        return answer if "document" in asked.path else services.ec2(asked)

    with service(broken) as address, pytest.raises(CollectorError, match=said) as caught:
        at(address)
    assert services.TOKEN not in str(caught.value)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "https://127.0.0.1:1", "http://"])
def test_only_http_is_asked(address: str) -> None:
    assert at(address) == {}


def test_values_that_are_no_text_are_left_out() -> None:
    def odd(asked: Request) -> Answer:
        if "document" in asked.path:
            return 200, b'{"instanceId": null, "instanceType": {"a": 1}, "region": "us-east-1"}'
        return services.ec2(asked)

    with service(odd) as address:
        found = at(address)
    assert "host.id" not in found
    assert "host.type" not in found
    assert found["cloud.region"] == "us-east-1"
