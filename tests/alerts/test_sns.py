"""Amazon SNS, against moto's server on the loopback interface."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from reinfra.alerts.channels import ChannelError, open_channel
from reinfra.alerts.channels.sns import Sns, _batches, open_sns
from reinfra.alerts.message import Context, attributes
from reinfra.alerts.relay import relay
from reinfra.alerts.validate import Publication
from reinfra.config.receivers import SnsReceiver
from reinfra.model import Transition
from reinfra.store import Store
from tests.alerts.strange import notice
from tests.store.test_outbox import incident_with

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

SECRET = "a-secret-that-no-message-may-hold"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Cloud:
    """SNS and SQS of one test."""

    endpoint: str
    sns: "SNSClient"
    sqs: "SQSClient"

    def topic(self, name: str, **attributes: str) -> str:
        return self.sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]

    def queue(self, topic: str, name: str, policy: dict[str, Any] | None = None) -> str:
        """A queue that the topic delivers to, raw, filtered by the policy."""
        attributes: dict[Any, str] = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        subscription = {"RawMessageDelivery": "true"}
        if policy:
            subscription["FilterPolicy"] = json.dumps(policy)
        self.sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=arn["Attributes"]["QueueArn"],
            Attributes=subscription,
        )
        return url

    def received(self, queue: str) -> list[dict[str, Any]]:
        messages: list[Any] = []
        while got := self.sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            messages.extend(got)
            for one in got:
                self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
        return messages

    def channel(self, topic: str, context: Context | None = None, **settings: Any) -> Sns:  # noqa: ANN401
        given = SnsReceiver(topic_arn=topic, endpoint_url=self.endpoint, **settings)
        return open_sns(given, context or Context())


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def cloud(endpoint: str, credentials: None) -> Cloud:  # noqa: ARG001 - set before clients are made
    session = boto3.session.Session(region_name="eu-central-1")
    sns = session.client("sns", endpoint_url=endpoint)
    return Cloud(endpoint, sns, session.client("sqs", endpoint_url=endpoint))


def test_an_alert_arrives_with_its_attributes(cloud: Cloud) -> None:
    topic = cloud.topic("plain")
    queue = cloud.queue(topic, "plain")
    (result,) = cloud.channel(topic, format="json").send([notice()])
    assert result.delivered
    assert result.receipt
    (message,) = cloud.received(queue)
    assert json.loads(message["Body"])["incident"]["name"] == "INC-7"
    got = {name: one["StringValue"] for name, one in message["MessageAttributes"].items()}
    assert got == {
        "severity": "critical",
        "state": "open",
        "kind": "utilization",
        "fleet": "prod",
        "team": "search",
        "dedup_key": "INC-7:1",
        "schema_version": "1",
    }


def test_a_text_topic_gets_the_mail(cloud: Cloud) -> None:
    topic = cloud.topic("mail")
    queue = cloud.queue(topic, "mail")
    cloud.channel(topic, Context("http://dash")).send([notice()])
    (message,) = cloud.received(queue)
    assert message["Body"].startswith("CRITICAL opened: EC2 CPU utilization 98 %")
    assert "http://dash/incident?incident=7" in message["Body"]


def test_a_filter_policy_picks_by_state_and_team(cloud: Cloud) -> None:
    topic = cloud.topic("filtered")
    resolved = cloud.queue(topic, "resolved", {"state": ["resolved"], "team": ["search"]})
    channel = cloud.channel(topic, format="json")
    channel.send([notice(), notice(Transition.RESOLVED, number=2)])
    channel.send([notice(Transition.RESOLVED, number=3, team="other")])
    assert [json.loads(one["Body"])["number"] for one in cloud.received(resolved)] == [2]


def test_a_batch_is_told_apart_entry_by_entry(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = cloud.topic("entries")
    queue = cloud.queue(topic, "entries")
    mixed = [notice(), notice(number=2), notice(number=3)]
    whole = attributes(mixed[1])
    monkeypatch.setattr(
        "reinfra.alerts.channels.sns.attributes",
        lambda one: whole | {"team": ""} if one is mixed[1] else attributes(one),
    )
    results = cloud.channel(topic).send(mixed)
    assert [one.delivered for one in results] == [True, False, True]
    assert results[1].permanent
    assert "attribute 'team' is empty" in results[1].error
    assert len(cloud.received(queue)) == 2


def test_a_fifo_topic_drops_repeats_and_keeps_order(cloud: Cloud) -> None:
    topic = cloud.topic("ordered.fifo", FifoTopic="true")
    queue = cloud.queue(topic, "ordered.fifo")
    channel = cloud.channel(topic, format="json")
    for _ in range(3):
        channel.send([notice(number=n) for n in range(1, 6)])
    assert [json.loads(one["Body"])["number"] for one in cloud.received(queue)] == [1, 2, 3, 4, 5]


def test_the_outbox_reaches_the_queue(cloud: Cloud, store: Store) -> None:
    import numpy as np

    topic = cloud.topic("outbox")
    queue = cloud.queue(topic, "outbox")
    for _ in range(12):
        incident_with(store, 2, "sns")
    channel = cloud.channel(topic, format="json")
    report = relay(store, [channel], lambda: 1_700_000_000_000, np.random.default_rng(1))
    assert (report.sent, report.errors) == (24, [])
    keys = {one["MessageAttributes"]["dedup_key"]["StringValue"] for one in cloud.received(queue)}
    assert len(keys) == 24


def test_a_missing_topic_is_given_up_and_named(cloud: Cloud) -> None:
    arn = "arn:aws:sns:eu-central-1:123456789012:nowhere"
    with pytest.raises(ChannelError, match="there is no such topic") as caught:
        cloud.channel(arn).send([notice()])
    assert caught.value.permanent
    assert arn in str(caught.value)


def test_an_endpoint_that_is_down_is_tried_again(credentials: None) -> None:  # noqa: ARG001
    arn = "arn:aws:sns:eu-central-1:123456789012:alerts"
    channel = open_sns(SnsReceiver(topic_arn=arn, endpoint_url="http://127.0.0.1:9"), Context())
    with pytest.raises(ChannelError, match="SNS cannot be reached") as caught:
        channel.send([notice()])
    assert not caught.value.permanent


def test_missing_credentials_are_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, endpoint: str, tmp_path: object
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", f"{tmp_path}/none")
    monkeypatch.setenv("AWS_CONFIG_FILE", f"{tmp_path}/none")
    arn = "arn:aws:sns:eu-central-1:123456789012:alerts"
    with pytest.raises(ChannelError, match="no AWS credentials were found") as caught:
        open_channel(SnsReceiver(topic_arn=arn, endpoint_url=endpoint)).send([notice()])
    assert not caught.value.permanent
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "permanent", "says"),
    [
        ("Throttling", False, "fewer messages"),
        ("AuthorizationError", False, "sns:Publish"),
        ("InternalError", False, "tried again"),
        ("SignatureDoesNotMatch", False, "does not accept these credentials"),
        ("InvalidParameter", True, "refuses"),
    ],
)
def test_what_aws_says_is_explained_without_its_own_words(
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    permanent: bool,  # noqa: FBT001 - a parameter of the test
    says: str,
) -> None:
    from botocore.exceptions import ClientError

    channel = cloud.channel(cloud.topic("refused"))

    def refuse(_operation: str, _parameters: object) -> None:
        answer: Any = {"Error": {"Code": code, "Message": f"canonical request {SECRET}"}}
        raise ClientError(answer, "PublishBatch")

    monkeypatch.setattr(channel.client, "_make_api_call", refuse)
    with pytest.raises(ChannelError, match=says) as caught:
        channel.send([notice()])
    assert caught.value.permanent is permanent
    assert SECRET not in str(caught.value)


def test_an_entry_that_sns_fails_is_tried_again_unless_it_never_can_work(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = cloud.channel(cloud.topic("failing"))
    answer = {
        "Successful": [{"Id": "0", "MessageId": "m"}],
        "Failed": [
            {"Id": "1", "Code": "InternalError", "SenderFault": False},
            {"Id": "2", "Code": "InvalidParameter", "SenderFault": True},
        ],
    }
    monkeypatch.setattr(channel.client, "_make_api_call", lambda *_: answer)
    results = channel.send([notice(number=n) for n in range(4)])
    assert [one.delivered for one in results] == [True, False, False, False]
    assert [one.permanent for one in results] == [False, False, True, False]
    assert results[3].error == "SNS did not say what became of it"


def test_batches_hold_ten_messages_and_no_more_bytes_than_sns_takes() -> None:
    small = [(n, Publication("s", "m")) for n in range(23)]
    assert [len(batch) for batch in _batches(small)] == [10, 10, 3]
    large = [(n, Publication("s", "m" * 100_000)) for n in range(5)]
    assert [len(batch) for batch in _batches(large)] == [2, 2, 1]


def test_the_secret_is_in_no_representation_of_the_channel(cloud: Cloud) -> None:
    assert SECRET not in repr(cloud.channel(cloud.topic("quiet")))


@settings(max_examples=50, deadline=None)
@given(text=st.text())
def test_a_form_is_written_as_the_standard_library_writes_it(text: str) -> None:
    from types import SimpleNamespace
    from urllib.parse import urlencode

    from reinfra.alerts.channels.sns_client import _encoded

    given_ = {"Action": "PublishBatch", "Message": text.encode("utf-8", "replace").decode()}
    request = SimpleNamespace(data=dict(given_))
    _encoded(request)
    assert request.data == urlencode(given_).encode()


def test_a_role_is_assumed_before_something_is_sent(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", cloud.endpoint)
    topic = cloud.topic("elsewhere")
    role = "arn:aws:iam::123456789012:role/publish"
    channel = cloud.channel(topic, role_arn=role, external_id="ours")
    (result,) = channel.send([notice()])
    assert result.delivered
    used = channel.client._request_signer._credentials  # type: ignore[attr-defined]
    assert used.method == "assume-role"
    assert used.access_key != "testing"


@pytest.mark.parametrize(
    ("confirmed", "pending", "said"),
    [("0", "2", "NOBODY is subscribed, 2 not confirmed yet"), ("3", "0", "3 subscribed")],
)
def test_a_topic_that_nobody_hears_is_called_that(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, confirmed: str, pending: str, said: str
) -> None:
    """moto counts no subscriptions, so the answer is ours."""
    channel = cloud.channel(cloud.topic("heard"))
    counts = {"SubscriptionsConfirmed": confirmed, "SubscriptionsPending": pending}
    monkeypatch.setattr(channel.client, "_make_api_call", lambda *_: {"Attributes": counts})
    assert channel.audience().startswith(said)
