"""Amazon SNS: standard topics by default (mail, chat and pagers read those), FIFO where the ARN ends in .fifo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reinfra.alerts.channels.base import ChannelError, Result
from reinfra.alerts.channels.sns_client import sns_client
from reinfra.alerts.channels.sns_errors import explained, is_permanent, said
from reinfra.alerts.message import BODIES, Context, Told, attributes, subject, thread
from reinfra.alerts.validate import BATCH_LIMIT, SIZE_LIMIT, Publication, problems
from reinfra.config.receivers import SnsReceiver

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import PublishBatchRequestEntryTypeDef


@dataclass(frozen=True, slots=True)
class Sns:
    """A topic. Credentials come from AWS's own chain and are never read, kept or shown here."""

    topic_arn: str
    client: "SNSClient" = field(repr=False)
    format: str = "text"
    name: str = "sns"
    context: Context = field(default_factory=Context)
    batch_size: int = BATCH_LIMIT

    @property
    def fifo(self) -> bool:
        return self.topic_arn.endswith(".fifo")

    def publication(self, message: Told) -> Publication:
        """What is published. Its deduplication id holds the time: a database made anew starts at INC-1 again."""
        return Publication(
            subject=subject(message),
            message=BODIES[self.format](message, self.context),
            attributes=attributes(message),
            group=thread(message) if self.fifo else "",
            deduplication=f"{message.dedup_key}:{message.at}" if self.fifo else "",
        )

    def send(self, messages: Sequence[Told]) -> list[Result]:
        prepared = [self.publication(message) for message in messages]
        refused = {i: problems(one, fifo=self.fifo) for i, one in enumerate(prepared)}
        results = {i: Result("; ".join(why), permanent=True) for i, why in refused.items() if why}
        sendable = [(i, one) for i, one in enumerate(prepared) if i not in results]
        arrived = False
        for batch in _batches(sendable):
            try:
                results |= self._publish(batch)
                arrived = True
            except ChannelError as error:
                if not arrived:
                    raise
                results |= {
                    i: Result(str(error), error.permanent, wait=error.wait) for i, _ in batch
                }
        return [results[i] for i in range(len(prepared))]

    def audience(self) -> str:
        """Who hears of it, as far as AWS says: a topic without subscriptions takes everything in silence."""
        try:
            with explained(self.topic_arn):
                found = self.client.get_topic_attributes(TopicArn=self.topic_arn)["Attributes"]
        except ChannelError as error:
            return f"subscriptions unknown ({error.what})"
        confirmed, pending = (
            int(found.get(f"Subscriptions{state}", "0")) for state in ("Confirmed", "Pending")
        )
        waiting = f", {pending} not confirmed yet" if pending else ""
        if not confirmed:
            return f"NOBODY is subscribed{waiting}: subscribe and confirm, or nobody hears of it"
        return f"{confirmed} subscribed{waiting}"

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


def open_sns(settings: SnsReceiver, context: Context) -> Sns:
    """A channel for a topic. Raises ChannelError."""
    return Sns(settings.topic_arn, sns_client(settings), settings.format, settings.name, context)


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
    why, _ = said(code)
    permanent = one.get("SenderFault", False) and is_permanent(code)
    return Result(f"SNS: {code}: {why}", permanent=permanent)
