"""Where this machine is: EC2, ECS, Kubernetes, SageMaker, a site of one's own; as OpenTelemetry's attributes.

Only `host.name` names a series. Everything else can change under the same device and is a fact.
"""

from collectors.identity.environment import host_name
from collectors.identity.whereabouts import Whereabouts

__all__ = ["Whereabouts", "host_name"]
