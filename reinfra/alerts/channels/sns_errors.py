"""What AWS complains about, in one line that a person can act on and that holds no secret."""

from collections.abc import Iterator
from contextlib import contextmanager

from reinfra.alerts.channels.base import ChannelError
from reinfra.model import SECOND

_PATIENCE = 10 * SECOND
_RENEW = "Renew them; alerts wait in the outbox."
_PUBLISH = "Grant sns:Publish on the topic, in the identity's policy or, across accounts, in both."
_SETTINGS = ("SNS refuses the message or the ARN", "Correct the receiver's settings.")
_GONE = ("there is no such topic", "Create it, or correct its ARN, region and account.")
_SLOWER = ("SNS asks for fewer messages", "It is tried again later, slower each time.")

# AWS's own words are not repeated: a refused signature is explained with parts of the request.
_CODES = {
    "NotFound": _GONE,
    "InvalidParameter": _SETTINGS,
    "InvalidParameterValue": _SETTINGS,
    "ParameterValueInvalid": _SETTINGS,
    "AuthorizationError": ("publishing is not allowed", _PUBLISH),
    "AccessDenied": ("publishing is not allowed", _PUBLISH),
    "InvalidClientTokenId": ("AWS does not know these credentials", _RENEW),
    "UnrecognizedClient": ("AWS does not know these credentials", _RENEW),
    "ExpiredToken": ("the credentials have expired", _RENEW),
    "SignatureDoesNotMatch": (
        "AWS does not accept these credentials",
        "Correct the secret key, or this machine's clock.",
    ),
    "EndpointDisabled": ("the endpoint is disabled", "Enable it."),
    "KMSAccessDenied": (
        "the topic's key may not be used",
        (
            "Grant kms:GenerateDataKey* and kms:Decrypt in the key's policy to what publishes; the key that "
            "AWS manages (alias/aws/sns) cannot be granted across accounts."
        ),
    ),
    "KMSDisabled": ("the topic's key is disabled", "Enable it in AWS KMS."),
    "KMSInvalidState": (
        "the topic's key cannot be used in its state",
        "Cancel its deletion, or give the topic another key.",
    ),
    "KMSNotFound": ("the topic's key is not there", "Correct KmsMasterKeyId of the topic."),
    "KMSOptInRequired": ("AWS KMS is not activated for this account", "Activate it."),
    "KMSThrottling": (
        "AWS KMS asks for fewer requests",
        "It is tried again later; a longer KmsDataKeyReusePeriodSeconds asks less often.",
    ),
}
_THROTTLES = frozenset(
    {"Throttling", "Throttled", "RequestThrottled", "RequestLimitExceeded", "TooManyRequests"}
)
_PERMANENT = frozenset(
    {"NotFound", "InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid"}
)
_ROLE = ("the role may not be assumed", "Let its trust policy name us, and grant sts:AssumeRole.")


def said(code: str) -> tuple[str, str]:
    """What a code means, and what to do."""
    short = _short(code)
    return (
        _SLOWER
        if short in _THROTTLES
        else _CODES.get(short, ("AWS refused", "It is tried again later."))
    )


def is_permanent(code: str) -> bool:
    """Whether trying again cannot help. Rights, keys and credentials are mended while messages wait."""
    return _short(code) in _PERMANENT


@contextmanager
def explained(topic_arn: str) -> Iterator[None]:
    """Turn what botocore raises into a ChannelError about this topic."""
    from botocore import exceptions

    try:
        yield
    except exceptions.ClientError as error:
        raise _refused(error, topic_arn) from error
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


def _refused(error: Exception, topic_arn: str) -> ChannelError:
    response = getattr(error, "response", {})
    code = str(response.get("Error", {}).get("Code", "unknown"))
    assuming = getattr(error, "operation_name", "") == "AssumeRole"
    why, todo = _ROLE if assuming else said(code)
    slower = _short(code) in _THROTTLES or code.startswith("KMSThrottling")
    return ChannelError(
        f"{'STS' if assuming else 'SNS'}: {code}",
        where=topic_arn,
        why=why,
        todo=todo,
        permanent=is_permanent(code) and not assuming,
        wait=_PATIENCE if slower else 0,
    )


def _short(code: str) -> str:
    return code.removesuffix("Exception")
