"""Who can hear of incidents: one `[[receiver]]` each, one small model per kind. Secrets are variables' names."""

import re
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from reinfra.config.addresses import is_private, webhook_problem

TOPIC = re.compile(
    r"arn:[a-z0-9-]+:sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?", re.ASCII
)
_ROLE = re.compile(r"arn:[a-z0-9-]+:iam::\d{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
_PEOPLE_PER_HOUR = 20


class ReceiverSettings(BaseModel):
    """One receiver. Each kind has a model of its own beside this one."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: str = Field(description="What it is.")
    name: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_.-]{0,64}$",
        description="What routes, commands and the outbox call it; by default as its kind.",
    )
    per_hour: int | None = Field(
        None,
        ge=0,
        le=100_000,
        description="Messages an hour, of which as many may go at once; what is more is told in one digest "
        "every 10 minutes. 0: no limit. By default 20 for mail, Slack and standard topics, else no limit.",
    )
    send_resolved: bool = Field(
        default=True, description="Whether it hears that an incident is over."
    )

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: object) -> object:
        if isinstance(given, dict) and not given.get("name"):
            return {**given, "name": given.get("kind", cls.model_fields["kind"].default)}
        return given

    @property
    def for_people(self) -> bool:
        """Whether people read it, who are not to get a hundred messages in a minute."""
        return False

    @property
    def cap(self) -> int:
        """Messages an hour; 0 where there is no limit."""
        default = _PEOPLE_PER_HOUR if self.for_people else 0
        return default if self.per_hour is None else self.per_hour


class SnsReceiver(ReceiverSettings):
    """An Amazon SNS topic. Credentials come from AWS's own chain, or from a role that they may assume."""

    kind: Literal["sns"] = "sns"
    topic_arn: str = Field(description="The topic; a name ending in .fifo is a FIFO topic.")
    format: Literal["text", "json", "amazon-q"] = Field(
        "text",
        description="Body of a message: text for people, json for machines, amazon-q for chat rooms through "
        "Amazon Q Developer. One topic has one format.",
    )
    region: str = Field(
        "",
        pattern=r"^[a-z0-9-]{0,30}$",
        description="Region to publish in; by default the one in the ARN.",
    )
    endpoint_url: str = Field("", description="Another endpoint for SNS, such as a VPC endpoint.")
    role_arn: str = Field(
        "", description="Role to assume by STS before publishing, such as another account's."
    )
    external_id: str = Field("", description="External id that the role's trust policy asks for.")

    @field_validator("topic_arn")
    @classmethod
    def _is_topic(cls, arn: str) -> str:
        if not TOPIC.fullmatch(arn):
            raise ValueError("not the ARN of a topic, as in arn:aws:sns:REGION:ACCOUNT:TOPIC")
        return arn

    @field_validator("role_arn")
    @classmethod
    def _is_role(cls, arn: str) -> str:
        if arn and not _ROLE.fullmatch(arn):
            raise ValueError("not the ARN of a role, as in arn:aws:iam::ACCOUNT:role/NAME")
        return arn

    @property
    def for_people(self) -> bool:
        return not self.topic_arn.endswith(".fifo")


class WebhookReceiver(ReceiverSettings):
    """An address that gets an HTTP POST for each message.

    Redirects are not followed: an answer 3xx is a failure. Plain http is for loopback and private
    addresses only. Link-local addresses, where clouds keep their metadata, are always refused, others that
    are private by `allow_private = false`; what counts is the address that the name leads to at that moment.
    """

    kind: Literal["webhook"] = "webhook"
    url: str = Field("", description="Address, where it holds no secret.")
    url_env: str = Field("", description="Variable that holds the address, as Slack's is a secret.")
    format: Literal["json", "slack"] = Field(
        "json", description="json: our schema. slack: as Slack's incoming webhooks take it."
    )
    secret_env: str = Field(
        "",
        description="Variable that holds the secret with which messages are signed (HMAC-SHA256 over id, time "
        "and body, as Standard Webhooks writes it); a whsec_ secret is base64.",
    )
    authorization_env: str = Field(
        "", description="Variable that holds the Authorization header, such as Bearer and a token."
    )
    timeout: float = Field(5.0, gt=0, le=10, description="Seconds to wait for an answer.")
    allow_private: bool = Field(
        default=True, description="Whether loopback and private addresses may be reached."
    )

    @model_validator(mode="after")
    def _has_one_address(self) -> Self:
        if bool(self.url) == bool(self.url_env):
            raise ValueError("one of url and url_env must be set")
        if self.url and (problem := webhook_problem(self.url)):
            raise ValueError(problem)
        return self

    @property
    def for_people(self) -> bool:
        return self.format == "slack"


class SmtpReceiver(ReceiverSettings):
    """Mail by SMTP. All messages of one incident are one thread."""

    kind: Literal["smtp"] = "smtp"
    host: str = Field(description="Mail server.")
    port: int = Field(587, ge=1, le=65_535, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="starttls: encrypted after the greeting, or not at all delivered. tls: from the first byte. "
        "none: only for a server on this machine or in a private network, and without a password.",
    )
    username: str = Field("", description="Login, where the server wants one.")
    password_env: str = Field("", description="Variable that holds the password.")
    sender: str = Field(description="Address that mails come from.")
    to: tuple[str, ...] = Field(min_length=1, description="Addresses that mails go to.")
    timeout: float = Field(10.0, gt=0, le=30, description="Seconds to wait for each answer.")

    @field_validator("sender", "to")
    @classmethod
    def _are_addresses(cls, given: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for one in (given,) if isinstance(given, str) else given:
            local, at, domain = one.partition("@")
            if not (local and at and domain and one.isascii() and one.isprintable()):
                raise ValueError(f"not a mail address: {one[:50]!r}")
            if set(one) & set(" ,;<>()\"'\\"):
                raise ValueError(f"not a plain mail address: {one[:50]!r}")
        return given

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if bool(self.username) != bool(self.password_env):
            raise ValueError("username and password_env belong together")
        if self.security == "none" and self.username:
            raise ValueError("a password is not sent without encryption")
        if self.security == "none" and not is_private(self.host):
            raise ValueError("mail leaves this machine's network unencrypted")
        return self

    @property
    def for_people(self) -> bool:
        return True


class FileReceiver(ReceiverSettings):
    """A file that gets one JSON document per line."""

    kind: Literal["file"] = "file"
    path: str = Field(min_length=1, description="The file; its folder is made.")


class ConsoleReceiver(ReceiverSettings):
    """Standard output: one line per message, for terminals and the logs of services."""

    kind: Literal["console"] = "console"


AnyReceiver = Annotated[
    ConsoleReceiver | FileReceiver | SmtpReceiver | SnsReceiver | WebhookReceiver,
    Field(discriminator="kind"),
]

RECEIVERS: dict[str, type[ReceiverSettings]] = {
    model.model_fields["kind"].default: model for model in get_args(get_args(AnyReceiver)[0])
}
"""The model of each kind's settings."""
