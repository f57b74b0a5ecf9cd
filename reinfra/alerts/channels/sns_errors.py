"""What AWS complains about, in one line that a person can act on and that holds no secret."""

from collections.abc import Iterator
from contextlib import contextmanager

from reinfra.alerts.channels.base import ChannelError

# AWS's own words are not repeated: a refused signature is explained with parts of the request.
_CODES = {
    "NotFound": ("there is no such topic", "Create it, or correct its ARN."),
    "NotFoundException": ("there is no such topic", "Create it, or correct its ARN."),
    "InvalidParameter": ("SNS refuses the message or the ARN", "Correct the channel's settings."),
    "InvalidParameterValue": ("SNS refuses the message or the ARN", "Correct the settings."),
    "AuthorizationError": ("publishing is not allowed", "Grant sns:Publish on the topic."),
    "AccessDenied": ("publishing is not allowed", "Grant sns:Publish on the topic."),
    "KMSAccessDenied": ("the topic's key may not be used", "Grant kms:GenerateDataKey on it."),
    "InvalidClientTokenId": ("AWS does not know these credentials", "Renew them."),
    "ExpiredToken": ("the credentials have expired", "Renew them."),
    "SignatureDoesNotMatch": ("AWS does not accept these credentials", "Correct them."),
    "Throttling": ("SNS asks for fewer messages", "It is tried again later."),
    "Throttled": ("SNS asks for fewer messages", "It is tried again later."),
    "ThrottledException": ("SNS asks for fewer messages", "It is tried again later."),
}
PERMANENT_CODES = frozenset(
    {"NotFound", "NotFoundException", "InvalidParameter", "InvalidParameterValue"}
)
"""What trying again cannot change. Rights and credentials are mended while messages wait."""


@contextmanager
def explained(topic_arn: str) -> Iterator[None]:
    """Turn what botocore raises into a ChannelError about this topic."""
    from botocore import exceptions

    try:
        yield
    except exceptions.ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        why, todo = _CODES.get(code, ("AWS refused", "It is tried again later."))
        raise ChannelError(
            f"SNS: {code}",
            where=topic_arn,
            why=why,
            todo=todo,
            permanent=code in PERMANENT_CODES,
        ) from error
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError) as error:
        raise ChannelError(
            "no AWS credentials were found",
            where=topic_arn,
            todo="Set them by environment, profile or instance role; alerts wait in the outbox.",
        ) from error
    except (exceptions.NoRegionError, exceptions.ProfileNotFound, ValueError) as error:
        raise ChannelError(
            "AWS is not configured", where=topic_arn, why=str(error), todo="Set region and profile."
        ) from error
    except exceptions.BotoCoreError as error:
        raise ChannelError(
            "SNS cannot be reached",
            where=topic_arn,
            why=type(error).__name__,
            todo="Check endpoint and network; alerts wait in the outbox.",
        ) from error
