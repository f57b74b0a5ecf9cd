"""What the environment says: OpenTelemetry's own variables, a site, a node's name."""

import os
import platform
from collections.abc import Mapping

from opentelemetry.sdk.resources import OTELResourceDetector

SITE = "reinfra.site"
"""Where a machine stands that no cloud describes: a hall, a city, an on-premises cluster."""

_NODE_NAMES = ("K8S_NODE_NAME", "NODE_NAME", "MY_NODE_NAME")
"""What manifests commonly call spec.nodeName in the environment; Kubernetes has no name of its own for it."""

Environment = Mapping[str, str]


def declared() -> dict[str, str]:
    """OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME, as the specification says to read them."""
    found = OTELResourceDetector().detect().attributes
    return {name: str(value) for name, value in found.items() if str(value)}


def node_name(environment: Environment = os.environ) -> str:
    """The Kubernetes node that a pod was told it is on, "" where nobody told it."""
    return next((environment[name] for name in _NODE_NAMES if environment.get(name)), "")


def host_name() -> str:
    """What series call this machine: as declared, else the node of a pod, else the host's own name.

    A pod's host name is the pod's: without its node's name, every rollout would be another machine.
    """
    return declared().get("host.name") or node_name() or platform.node()


def machine() -> dict[str, str]:
    """Operating system and architecture, by OpenTelemetry's names."""
    found = {
        "host.arch": platform.machine(),
        "os.type": platform.system().lower(),
        "os.version": platform.release(),
    }
    return {name: value for name, value in found.items() if value}
