"""Kubernetes, EKS and EKS Hybrid Nodes: what a pod is told of itself, without asking the API server.

Everything comes from the downward API (variables, and a volume with the labels) and from the service
account's files, so that no permission is needed and nothing can hang.
"""

import base64
import json
import re
from pathlib import Path

from collectors.identity.environment import Environment, node_name

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
LABELS = Path("/etc/podinfo/labels")
"""Where Kubernetes' own example of the downward API mounts a pod's labels."""

_VARIABLES = {
    "k8s.pod.name": ("K8S_POD_NAME", "POD_NAME", "MY_POD_NAME"),
    "k8s.pod.uid": ("K8S_POD_UID", "POD_UID", "MY_POD_UID"),
    "k8s.namespace.name": ("K8S_NAMESPACE_NAME", "POD_NAMESPACE", "MY_POD_NAMESPACE"),
    "k8s.container.name": ("K8S_CONTAINER_NAME", "CONTAINER_NAME"),
    "k8s.cluster.name": ("K8S_CLUSTER_NAME", "CLUSTER_NAME", "EKS_CLUSTER_NAME"),
}
_EKS_ISSUER = re.compile(r"https://oidc\.eks\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/id/\w+")
_HYBRID_NODE = re.compile(r"mi-[0-9a-f]{8,}")
"""A hybrid node is named after its managed instance of Systems Manager, unless IAM Roles Anywhere names it."""

_MOST_BYTES = 64 * 1024
_MOST_LABELS = 64
_LABEL = re.compile(r'([^=\s]{1,317})="(.*)"')
_TOKEN_PARTS = 3


def attributes(
    environment: Environment, account: Path = ACCOUNT, labels: Path = LABELS
) -> dict[str, str]:
    """Empty outside of a pod."""
    if not environment.get("KUBERNETES_SERVICE_HOST"):
        return {}
    found = {
        name: next((environment[one] for one in variables if environment.get(one)), "")
        for name, variables in _VARIABLES.items()
    }
    found["k8s.namespace.name"] = found["k8s.namespace.name"] or _read(account / "namespace")
    found["k8s.pod.name"] = found["k8s.pod.name"] or environment.get("HOSTNAME", "")
    found["k8s.node.name"] = node_name(environment)
    found |= _of_eks(_read(account / "token"), found["k8s.node.name"]) | _labels(_read(labels))
    return {name: value for name, value in found.items() if value}


def _of_eks(token: str, node: str) -> dict[str, str]:
    issuer = _EKS_ISSUER.fullmatch(_issuer(token))
    if issuer is None:
        return {}
    found = {
        "cloud.provider": "aws",
        "cloud.platform": "aws_eks",
        "cloud.region": issuer.group(1),
    }
    if _HYBRID_NODE.fullmatch(node):
        found["aws.eks.compute.type"] = "hybrid"
    return found


def _issuer(token: str) -> str:
    """Who signed the token, read and not verified: it is our own. The token goes nowhere."""
    parts = token.split(".")
    if len(parts) != _TOKEN_PARTS:
        return ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return ""
    return str(claims.get("iss", "")) if isinstance(claims, dict) else ""


def _labels(text: str) -> dict[str, str]:
    """Lines of the downward API: key="value", where the value is quoted as in Go, and so as in JSON."""
    found = {}
    for line in text.splitlines()[:_MOST_LABELS]:
        match = _LABEL.fullmatch(line.strip())
        if match:
            found[f"k8s.pod.label.{match.group(1)}"] = _unquoted(match.group(2))
    return found


def _unquoted(quoted: str) -> str:
    try:
        return str(json.loads(f'"{quoted}"'))
    except ValueError:
        return quoted


def _read(path: Path) -> str:
    """A small text file, "" where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode(errors="replace").strip()
    except OSError:
        return ""
