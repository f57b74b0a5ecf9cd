"""Requests signed for AWS, as Amazon Managed Service for Prometheus wants them."""

from collections.abc import Generator

import boto3
import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from reinfra.store.errors import StoreError


class SigV4(httpx.Auth):
    """Signs the body, the host and the time with botocore's own signer; no other header is signed."""

    requires_request_body = True

    def __init__(self, credentials: Credentials, region: str, service: str = "aps") -> None:
        self._signer = SigV4Auth(credentials, service, region)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        signed = AWSRequest(request.method, str(request.url), data=request.content)
        self._signer.add_auth(signed)
        request.headers.update(dict(signed.headers.items()))
        yield request


def sigv4(region: str, service: str = "aps") -> SigV4:
    """Signs with the credentials of AWS's own chain. Raises StoreError if it has none."""
    credentials = boto3.Session().get_credentials()
    if credentials is None:
        raise StoreError(
            "no AWS credentials to sign requests with",
            todo="Set AWS_PROFILE, or give the machine a role.",
        )
    return SigV4(credentials, region, service)
