"""moto's server as SNS and SQS, and what arrives in its queues."""

import functools
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

REGION = "eu-central-1"
_SPELL = "camelcase_to_underscores"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class Cloud:
    endpoint: str
    sns: "SNSClient"
    sqs: "SQSClient"

    def topic(self, name: str) -> tuple[str, str]:
        """The ARN of a topic, and the URL of a queue that it delivers to, raw."""
        fifo = name.endswith(".fifo")
        kind: dict[Any, str] = {"FifoTopic": "true"} if fifo else {}
        arn = self.sns.create_topic(Name=name, Attributes=kind)["TopicArn"]
        kind = {"FifoQueue": "true"} if fifo else {}
        url = self.sqs.create_queue(QueueName=name, Attributes=kind)["QueueUrl"]
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        self.sns.subscribe(
            TopicArn=arn,
            Protocol="sqs",
            Endpoint=found["Attributes"]["QueueArn"],
            Attributes={"RawMessageDelivery": "true"},
        )
        return arn, url

    def keys(self, queue: str) -> list[str]:
        """The keys of all messages that lie in a queue, in its order: read where moto keeps them."""
        from moto.sqs.models import sqs_backends

        account, name = queue.rsplit("/", 2)[1:]
        lying = sqs_backends[account][REGION].queues[name]._messages  # noqa: SLF001
        return [json.loads(one.body)["dedup_key"] for one in lying]


@contextmanager
def cloud() -> Iterator[Cloud]:
    """AWS's variables must hold credentials, any that there are."""
    import boto3
    from moto.server import ThreadedMotoServer
    from moto.sqs import models

    # Each message spells the names of a queue's attributes forty times, which takes more than all the rest.
    spelt = functools.cache(vars(models)[_SPELL])
    setattr(models, _SPELL, spelt)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    host, port = server.get_host_and_port()
    session = boto3.session.Session(region_name=REGION)
    endpoint = f"http://{host}:{port}"
    try:
        yield Cloud(
            endpoint,
            session.client("sns", endpoint_url=endpoint),
            session.client("sqs", endpoint_url=endpoint),
        )
    finally:
        server.stop()


@contextmanager
def with_credentials() -> Iterator[None]:
    """Moto takes any credentials, and boto3 wants some."""
    before = {name: os.environ.get(name) for name in CREDENTIALS}
    os.environ.update(CREDENTIALS)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value
