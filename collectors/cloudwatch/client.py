"""The client: bounded in time, tried again at the pace that AWS allows, with a role where one is set."""

from functools import partial
from typing import TYPE_CHECKING

from collectors.cloudwatch.spent import Spent
from reinfra.config.sources.cloudwatch import CloudWatchSource

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.credentials import Credentials
    from botocore.session import Session
    from mypy_boto3_cloudwatch import CloudWatchClient

_ATTEMPTS = 5


def connect(settings: CloudWatchSource, spent: Spent) -> "CloudWatchClient":
    """Credentials are AWS's own chain's, or the role's, renewed before they expire. Raises botocore's errors."""
    import boto3
    from botocore.config import Config
    from botocore.session import Session

    config = Config(
        connect_timeout=settings.timeout,
        read_timeout=settings.timeout,
        retries={"mode": "adaptive", "total_max_attempts": _ATTEMPTS},
        user_agent_extra="reinfra",
    )
    session = Session()
    if settings.role_arn:
        _assume(session, settings, config)
    client = boto3.Session(botocore_session=session).client(
        "cloudwatch",
        region_name=settings.region or None,
        endpoint_url=settings.endpoint_url or None,
        config=config,
    )
    spent.watch(client.meta.events)
    return client


def _assume(session: "Session", settings: CloudWatchSource, config: "Config") -> None:
    """Puts the role before every other source of credentials; they are fetched at the first request."""
    from botocore.credentials import (
        AssumeRoleCredentialFetcher,
        CredentialProvider,
        DeferredRefreshableCredentials,
    )
    from botocore.exceptions import NoCredentialsError
    from botocore.session import Session

    own = Session()
    source = own.get_credentials()
    if source is None:
        raise NoCredentialsError
    extra = {"RoleSessionName": "reinfra"}
    if settings.external_id:
        extra["ExternalId"] = settings.external_id
    creator = partial(own.create_client, region_name=settings.region or None, config=config)
    fetcher = AssumeRoleCredentialFetcher(creator, source, settings.role_arn, extra_args=extra)

    class Role(CredentialProvider):
        METHOD = "assume-role"
        CANONICAL_NAME = "reinfra"

        def load(self) -> "Credentials":
            return DeferredRefreshableCredentials(fetcher.fetch_credentials, self.METHOD)

    session.get_component("credential_provider").insert_before("env", Role())
