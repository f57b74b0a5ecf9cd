"""Amazon ECS, from the task metadata endpoint, version 4."""

from typing import Any

from collectors.identity.endpoint import ask_json, text
from collectors.identity.environment import Environment

_VARIABLE = "ECS_CONTAINER_METADATA_URI_V4"

_CONTAINER = {
    "aws.ecs.container.arn": "ContainerARN",
    "container.id": "DockerId",
    "container.name": "Name",
    "container.image.name": "Image",
}
_TASK = {
    "aws.ecs.task.arn": "TaskARN",
    "aws.ecs.task.family": "Family",
    "aws.ecs.task.revision": "Revision",
    "cloud.availability_zone": "AvailabilityZone",
}


def attributes(environment: Environment) -> dict[str, str]:
    """Empty outside of ECS. Raises CollectorError where the endpoint does not answer as documented."""
    base = environment.get(_VARIABLE, "").rstrip("/")
    if not base:
        return {}
    container, task = ask_json(base), ask_json(f"{base}/task")
    found = {"cloud.provider": "aws", "cloud.platform": "aws_ecs"}
    found |= {name: text(container, field) for name, field in _CONTAINER.items()}
    found |= {name: text(task, field) for name, field in _TASK.items()}
    found["aws.ecs.launchtype"] = text(task, "LaunchType").lower()
    found["aws.ecs.cluster.arn"] = _cluster(task)
    found["cloud.region"] = _region(text(task, "TaskARN"))
    return {name: value for name, value in found.items() if value}


def _cluster(task: dict[str, Any]) -> str:
    """Fargate gives the cluster's ARN, EC2 its short name."""
    cluster, arn = text(task, "Cluster"), text(task, "TaskARN")
    if cluster.startswith("arn:") or not cluster or ":task/" not in arn:
        return cluster if cluster.startswith("arn:") else ""
    return f"{arn.partition(':task/')[0]}:cluster/{cluster}"


def _region(arn: str) -> str:
    parts = arn.split(":")
    return parts[3] if arn.startswith("arn:") and len(parts) > 4 else ""  # noqa: PLR2004
