"""What AWS complains about, in one line that a person can act on and that holds no secret."""

from collections.abc import Iterator
from contextlib import contextmanager

from collectors.base import CollectorError

THROTTLED = frozenset(
    {
        "LimitExceeded",
        "LimitExceededFault",
        "RequestLimitExceeded",
        "RequestThrottled",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_DENIED = ("not allowed", "Grant what docs/guide/cloudwatch.md lists to the role or user.")
_UNKNOWN = ("AWS does not know these credentials", "Renew or correct them.")
_EXPIRED = ("the credentials have expired", "Renew them; reading goes on where it stopped.")
_REFUSED = ("CloudWatch refuses the request", "Correct the metrics of this source.")
# AWS's own words are not repeated: a refused signature is explained with parts of the request.
_CODES = {
    "AccessDenied": _DENIED,
    "AccessDeniedException": _DENIED,
    "UnauthorizedOperation": _DENIED,
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "RequestExpired": ("the request is too old", "Set this machine's clock."),
    "IncompleteSignature": _UNKNOWN,
    "InvalidClientTokenId": _UNKNOWN,
    "MissingAuthenticationToken": _UNKNOWN,
    "SignatureDoesNotMatch": _UNKNOWN,
    "UnrecognizedClientException": _UNKNOWN,
    "InvalidParameterCombination": _REFUSED,
    "InvalidParameterValue": _REFUSED,
    "ValidationError": _REFUSED,
}
_BUSY = (
    "CloudWatch asks for fewer requests",
    "Read fewer metrics or less often, or ask AWS for a higher quota; reading goes on where it stopped.",
)
_OTHER = ("AWS refused", "It is tried again at the next collection.")


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn what botocore raises into a CollectorError about this source."""
    from botocore import exceptions

    try:
        yield
    except exceptions.ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        why, todo = _BUSY if code in THROTTLED else _CODES.get(code, _OTHER)
        what = f"{error.operation_name}: {code}"
        raise CollectorError(what, where=where, why=why, todo=todo) from error
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError) as error:
        todo = "Set them by environment, profile or instance role."
        raise CollectorError("no AWS credentials were found", where=where, todo=todo) from error
    except (exceptions.NoRegionError, exceptions.ProfileNotFound) as error:
        todo = "Set region and profile."
        raise CollectorError(
            "AWS is not configured", where=where, why=str(error), todo=todo
        ) from error
    except exceptions.BotoCoreError as error:
        why, todo = type(error).__name__, "Check region, endpoint_url and network."
        raise CollectorError("AWS cannot be read", where=where, why=why, todo=todo) from error
