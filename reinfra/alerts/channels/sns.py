"""Amazon SNS: standard topics by default (mail, chat and pagers read those), FIFO where the ARN ends in .fifo."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reinfra.alerts.channels.base import Result
from reinfra.alerts.channels.sns_errors import PERMANENT_CODES, explained
from reinfra.alerts.message import attributes, document, subject, text
from reinfra.alerts.validate import BATCH_LIMIT, SIZE_LIMIT, Publication, problems
from reinfra.errors import InputError
from reinfra.store.notice import Notice

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import PublishBatchRequestEntryTypeDef

_ARN = re.compile(r"arn:[a-z0-9-]+:sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?")
_CONNECT_S, _READ_S = 3, 10  # well within the relay's lease

FORMATS: dict[str, Callable[[Notice, str], str]] = {
    "text": text,
    "json": lambda notice, url: json.dumps(document(notice, url)),
}
"""How a message's body is written; one topic has one format."""


@dataclass(frozen=True, slots=True)
class Sns:
    """A topic. Credentials come from AWS's own chain and are never read, kept or shown here."""

    topic_arn: str
    client: "SNSClient"
    format: str = "text"
    name: str = "sns"
    dashboard_url: str = ""
    batch_size: int = BATCH_LIMIT

    @property
    def fifo(self) -> bool:
        return self.topic_arn.endswith(".fifo")

    def publication(self, notice: Notice) -> Publication:
        """What is published. Its deduplication id holds the time: a database made anew starts at INC-1 again."""
        return Publication(
            subject=subject(notice),
            message=FORMATS[self.format](notice, self.dashboard_url),
            attributes=attributes(notice),
            group=notice.incident.name if self.fifo else "",
            deduplication=f"{notice.dedup_key}:{notice.at}" if self.fifo else "",
        )

    def send(self, notices: Sequence[Notice]) -> list[Result]:
        prepared = [self.publication(notice) for notice in notices]
        refused = {i: problems(one, fifo=self.fifo) for i, one in enumerate(prepared)}
        results = {i: Result("; ".join(why), permanent=True) for i, why in refused.items() if why}
        sendable = [(i, one) for i, one in enumerate(prepared) if i not in results]
        for batch in _batches(sendable):
            results |= self._publish(batch)
        return [results[i] for i in range(len(prepared))]

    def _publish(self, batch: list[tuple[int, Publication]]) -> dict[int, Result]:
        entries = [_entry(i, one) for i, one in batch]
        with explained(self.topic_arn):
            answer = self.client.publish_batch(
                TopicArn=self.topic_arn, PublishBatchRequestEntries=entries
            )
        taken = {int(one["Id"]): Result(receipt=one["MessageId"]) for one in answer["Successful"]}
        failed = {int(one["Id"]): _failure(one) for one in answer["Failed"]}
        silent = {i: Result("SNS did not say what became of it") for i, _ in batch}
        return silent | failed | taken


def open_sns(
    *,
    topic_arn: str,
    region: str = "",
    endpoint_url: str = "",
    format: str = "text",  # noqa: A002 - the word that the configuration uses
    name: str = "sns",
    dashboard_url: str = "",
) -> Sns:
    """A channel for a topic; its region is the ARN's own unless one is given. Raises InputError, ChannelError."""
    arn = _ARN.fullmatch(topic_arn)
    if arn is None:
        raise InputError(
            f"not the ARN of an SNS topic: {topic_arn[:100]!r}",
            where=f"channel {name}",
            todo="Write arn:aws:sns:REGION:ACCOUNT:TOPIC.",
        )
    if format not in FORMATS:
        raise InputError(
            f"no format {format!r}", where=f"channel {name}", todo=f"Use {' or '.join(FORMATS)}."
        )
    client = _client(topic_arn, region or arn[1], endpoint_url)
    return Sns(topic_arn, client, format, name, dashboard_url)


def _client(topic_arn: str, region: str, endpoint_url: str) -> "SNSClient":
    import boto3
    from botocore.config import Config

    # One try per call: the outbox decides when to try again, and remembers it.
    once = Config(
        connect_timeout=_CONNECT_S, read_timeout=_READ_S, retries={"total_max_attempts": 1}
    )
    with explained(topic_arn):
        return boto3.session.Session().client(
            "sns", region_name=region, endpoint_url=endpoint_url or None, config=once
        )


def _batches(
    prepared: Sequence[tuple[int, Publication]],
) -> Iterator[list[tuple[int, Publication]]]:
    """In order, as many at a time as SNS takes: ten, and no more bytes than one message may have."""
    batch: list[tuple[int, Publication]] = []
    size = 0
    for i, one in prepared:
        if batch and (len(batch) == BATCH_LIMIT or size + one.size > SIZE_LIMIT):
            yield batch
            batch, size = [], 0
        batch.append((i, one))
        size += one.size
    if batch:
        yield batch


def _entry(i: int, one: Publication) -> "PublishBatchRequestEntryTypeDef":
    entry: PublishBatchRequestEntryTypeDef = {
        "Id": str(i),
        "Subject": one.subject,
        "Message": one.message,
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value}
            for name, value in one.attributes.items()
        },
    }
    if one.group:
        entry["MessageGroupId"] = one.group
        entry["MessageDeduplicationId"] = one.deduplication
    return entry


def _failure(one: Any) -> Result:  # noqa: ANN401 - botocore's answer is a plain dictionary
    code = one["Code"]
    return Result(
        f"SNS: {code}", permanent=one.get("SenderFault", False) and code in PERMANENT_CODES
    )
