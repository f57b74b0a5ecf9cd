"""Amazon EC2, from the instance metadata service by IMDSv2 (a token first, then everything with it)."""

from collectors.base import CollectorError
from collectors.identity.endpoint import ask, ask_json, text
from collectors.identity.environment import Environment

_ENDPOINT = "http://169.254.169.254"
_TOKEN_TTL = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}

_DOCUMENT = {
    "cloud.account.id": "accountId",
    "cloud.region": "region",
    "cloud.availability_zone": "availabilityZone",
    "host.id": "instanceId",
    "host.type": "instanceType",
    "host.image.id": "imageId",
}
"""Fields of the instance identity document."""

_PATHS = {
    "aws.ec2.life_cycle": "instance-life-cycle",  # on-demand, spot, scheduled, capacity-block
    "aws.ec2.availability_zone.id": "placement/availability-zone-id",
    "aws.ec2.placement.group": "placement/group-name",
    "aws.ec2.placement.partition": "placement/partition-number",
    "aws.ec2.placement.host.id": "placement/host-id",
}
"""Below /latest/meta-data; a path that does not apply answers 404."""


def attributes(environment: Environment) -> dict[str, str]:
    """Empty where there is no such service. Raises CollectorError where it breaks off half-way."""
    if environment.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return {}
    base = environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", _ENDPOINT).rstrip("/")
    try:
        token = ask(f"{base}/latest/api/token", "PUT", _TOKEN_TTL)
    except CollectorError:
        return {}  # nobody is there: not on EC2, or a container one hop too far away
    headers = {"X-aws-ec2-metadata-token": token}
    document = ask_json(f"{base}/latest/dynamic/instance-identity/document", headers)
    found = {"cloud.provider": "aws", "cloud.platform": "aws_ec2"}
    found |= {name: text(document, field) for name, field in _DOCUMENT.items()}
    found |= {name: _one(f"{base}/latest/meta-data/{p}", headers) for name, p in _PATHS.items()}
    return {name: value for name, value in found.items() if value}


def _one(url: str, headers: dict[str, str]) -> str:
    try:
        return ask(url, headers=headers).strip()
    except CollectorError:
        return ""
