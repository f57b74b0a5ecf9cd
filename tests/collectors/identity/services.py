"""EC2's instance metadata service, as AWS documents it."""

from tests.collectors.serving import Answer, Request

TOKEN = "AQAEAH6P"  # noqa: S105 - a made-up one
DOCUMENT = b"""{"accountId": "123456789012", "architecture": "x86_64", "availabilityZone": "us-east-1c",
 "imageId": "ami-0123", "instanceId": "i-0abc", "instanceType": "trn2.48xlarge", "kernelId": null,
 "pendingTime": "2026-11-19T16:32:11Z", "privateIp": "10.158.112.84", "region": "us-east-1"}"""

METADATA = {
    "instance-life-cycle": b"spot",
    "placement/availability-zone-id": b"use1-az5",
    "placement/group-name": b"ring",
}


def ec2(asked: Request) -> Answer:
    """IMDSv2: nothing without a token, and a token only by PUT with a lifetime."""
    if asked.path == "/latest/api/token":
        given = asked.method == "PUT" and "x-aws-ec2-metadata-token-ttl-seconds" in asked.headers
        return (200, TOKEN.encode()) if given else (400, b"")
    if asked.headers.get("x-aws-ec2-metadata-token") != TOKEN:
        return 401, b""
    if asked.path == "/latest/dynamic/instance-identity/document":
        return 200, DOCUMENT
    known = METADATA.get(asked.path.removeprefix("/latest/meta-data/"))
    return (404, b"not found") if known is None else (200, known)
