import platform
import threading

import pytest

from collectors.base import CollectorError
from collectors.identity import Whereabouts, host_name
from collectors.identity.environment import machine
from tests.collectors.identity import services
from tests.collectors.serving import service

NAMING = ("OTEL_RESOURCE_ATTRIBUTES", "K8S_NODE_NAME", "NODE_NAME", "MY_NODE_NAME")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody says here where this is."""
    for name in (*NAMING, "OTEL_SERVICE_NAME", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("ECS_CONTAINER_METADATA_URI_V4", raising=False)


def test_a_host_goes_by_its_own_name_its_nodes_or_the_declared_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert host_name() == platform.node()
    monkeypatch.setenv("NODE_NAME", "ip-10-0-0-1")
    assert host_name() == "ip-10-0-0-1"
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "host.name=rack1%2Fa,reinfra.site=lab")
    assert host_name() == "rack1/a"


def test_whoever_asks_never_waits() -> None:
    asked, answer = threading.Event(), threading.Event()

    def slow() -> dict[str, str]:
        asked.set()
        assert answer.wait(20)
        return {"host.type": "p5.48xlarge"}

    whereabouts = Whereabouts([machine, slow])
    thread = threading.Thread(target=whereabouts.look)
    thread.start()
    assert asked.wait(20)
    assert whereabouts.attributes() == machine()
    answer.set()
    assert whereabouts.wait(20)
    assert whereabouts.attributes()["host.type"] == "p5.48xlarge"
    thread.join()


def test_later_sources_win_whenever_they_answer() -> None:
    whereabouts = Whereabouts([lambda: {"a": "1", "b": "1"}, lambda: {"b": "2"}])
    whereabouts.look()
    assert whereabouts.attributes() == {"a": "1", "b": "2"}


def test_a_source_that_fails_is_asked_three_times_and_spoils_nothing() -> None:
    tries: list[int] = []

    def flaky() -> dict[str, str]:
        tries.append(1)
        raise CollectorError("no network yet")

    whereabouts = Whereabouts([flaky, lambda: {"a": "1"}], pause=0.001)
    whereabouts.look()
    assert len(tries) == 3
    assert whereabouts.attributes() == {"a": "1"}


def test_a_source_that_comes_late_is_heard() -> None:
    tries: list[int] = []

    def late() -> dict[str, str]:
        tries.append(1)
        if len(tries) < 2:
            raise CollectorError("no network yet")
        return {"a": "1"}

    whereabouts = Whereabouts([late], pause=0.001)
    whereabouts.look()
    assert whereabouts.attributes() == {"a": "1"}


def test_an_instance_of_ec2_at_a_site_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=prod")
    with service(services.ec2) as address:
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", address)
        monkeypatch.delenv("AWS_EC2_METADATA_DISABLED", raising=False)
        whereabouts = Whereabouts.started("frankfurt hall 2")
        assert whereabouts.wait(20)
    found = whereabouts.attributes()
    assert found["host.type"] == "trn2.48xlarge"
    assert found["deployment.environment.name"] == "prod"
    assert found["reinfra.site"] == "frankfurt hall 2"
    assert found["os.type"] == platform.system().lower()
