"""A client for one topic: its region, its endpoint, and the role that publishes there."""

import functools
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from reinfra.alerts.channels.sns_errors import explained
from reinfra.config.receivers import TOPIC, SnsReceiver

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_sns import SNSClient

_CONNECT_S, _READ_S = 3, 10  # well within the relay's lease
_QUOTED = {code: quote_plus(chr(code)) for code in range(128)}


def sns_client(settings: SnsReceiver) -> "SNSClient":
    """Raises ChannelError where AWS is not configured. A role is assumed when something is first sent."""
    import boto3

    arn = TOPIC.fullmatch(settings.topic_arn)
    region = settings.region or (arn[1] if arn else "")
    with explained(settings.topic_arn):
        session = boto3.session.Session(region_name=region)
        if settings.role_arn:
            session = _as_role(session, settings, region)
        client = session.client("sns", endpoint_url=settings.endpoint_url or None, config=_once())
    client.meta.events.register_first("request-created.sns", _encoded)
    return client


def _encoded(request: Any, **_: object) -> None:  # noqa: ANN401 - botocore's AWSRequest
    """Write the form once: botocore would write it for the signature, and again to be sent."""
    if isinstance(request.data, dict):
        pairs = (f"{quote_plus(name)}={_quoted(str(text))}" for name, text in request.data.items())
        request.data = "&".join(pairs).encode()


def _quoted(text: str) -> str:
    """As quote_plus does it, in half the time: messages are long."""
    return text.translate(_QUOTED) if text.isascii() else quote_plus(text)


def _once() -> Any:  # noqa: ANN401 - imported late
    """One try per call: the outbox decides when to try again, and remembers it."""
    from botocore.config import Config

    return Config(
        connect_timeout=_CONNECT_S,
        read_timeout=_READ_S,
        retries={"total_max_attempts": 1},
        parameter_validation=False,  # `validate` asks for more
    )


def _as_role(
    session: "boto3.session.Session", settings: SnsReceiver, region: str
) -> "boto3.session.Session":
    """A session whose credentials are the role's, asked for anew before they expire."""
    import boto3
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
    from botocore.exceptions import NoCredentialsError
    from botocore.session import get_session

    own = session.get_credentials()
    if own is None:
        raise NoCredentialsError
    asked = {"RoleSessionName": "reinfra"}
    if settings.external_id:
        asked["ExternalId"] = settings.external_id
    made: Any = get_session()
    create = functools.partial(made.create_client, region_name=region)
    fetcher: Any = AssumeRoleCredentialFetcher(create, own, settings.role_arn, extra_args=asked)
    made._credentials = DeferredRefreshableCredentials(  # noqa: SLF001 - botocore has no public way
        method="assume-role", refresh_using=fetcher.fetch_credentials
    )
    return boto3.session.Session(botocore_session=made, region_name=region)
