"""Amazon SageMaker: by what it puts into every container."""

import json
from pathlib import Path

from collectors.identity.endpoint import text
from collectors.identity.environment import Environment

RESOURCES = Path("/opt/ml/input/config/resourceconfig.json")

_VARIABLES = {
    "aws.sagemaker.training_job.name": "TRAINING_JOB_NAME",
    "aws.sagemaker.training_job.arn": "TRAINING_JOB_ARN",
    "cloud.region": "AWS_REGION",
}
_MOST_BYTES = 256 * 1024


def attributes(environment: Environment, resources: Path = RESOURCES) -> dict[str, str]:
    """Empty outside of SageMaker."""
    layout = _layout(resources)
    inside = bool(layout) or any(name.startswith("SAGEMAKER_") for name in environment)
    if not inside and not environment.get("TRAINING_JOB_ARN"):
        return {}
    found = {name: environment.get(variable, "") for name, variable in _VARIABLES.items()}
    found |= {"cloud.provider": "aws", "cloud.platform": "aws_sagemaker"}
    found["host.type"] = text(layout, "current_instance_type").removeprefix("ml.")
    found["aws.sagemaker.host"] = text(layout, "current_host")
    found["aws.sagemaker.instance.group"] = text(layout, "current_group_name")
    hosts = layout.get("hosts")
    found["aws.sagemaker.host.count"] = str(len(hosts)) if isinstance(hosts, list) else ""
    return {name: value for name, value in found.items() if value}


def _layout(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
