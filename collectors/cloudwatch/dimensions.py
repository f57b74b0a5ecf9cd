"""CloudWatch's dimensions as labels; what may change while the thing stays the same becomes a fact."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_LABELS = {
    "Account": "cloud.account.id",
    "BucketName": "aws.s3.bucket",
    "ClusterName": "k8s.cluster.name",
    "ContainerName": "k8s.container.name",
    "EndpointName": "aws.sagemaker.endpoint.name",
    "FileSystemId": "aws.fsx.file_system.id",
    "FullPodName": "k8s.pod.name",
    "GpuDevice": "hw.id",
    "GuardrailArn": "aws.bedrock.guardrail.id",
    "GuardrailVersion": "aws.bedrock.guardrail.version",
    "Host": "host.name",
    "InstanceId": "host.id",
    "Model": "gen_ai.request.model",
    "ModelId": "gen_ai.request.model",
    "Namespace": "k8s.namespace.name",
    "NeuronCore": "hw.id",
    "NeuronDevice": "hw.id",
    "NodeName": "host.name",
    "PodName": "k8s.workload.name",
    "StateMachineArn": "aws.step_functions.state_machine.arn",
    "StreamName": "aws.kinesis.stream_name",
    "VariantName": "aws.sagemaker.variant.name",
    "host": "host.name",
    "index": "hw.id",
    "name": "hw.name",
}
"""OpenTelemetry's names where it has one. A dimension that is not here keeps its own."""

_FACTS = {"ImageId": "host.image.id", "InstanceType": "host.type", "arch": "hw.architecture"}
_OF_ECS = {"ClusterName": "aws.ecs.cluster.name", "ServiceName": "aws.ecs.service.name"}


@dataclass(frozen=True, slots=True)
class Named:
    """The labels that dimensions make, and the facts about the host that they name."""

    labels: dict[str, str]
    facts: dict[str, str]


def named(namespace: str, dimensions: Mapping[str, str]) -> Named:
    """Facts are split off only where a host is named that they can be facts of.

    A NeuronCore's device is its parent. A host that has no other name goes by its instance id.
    """
    table = _LABELS | (_OF_ECS if namespace == "AWS/ECS" else {})
    host = "InstanceId" in dimensions
    facts = {_FACTS[name]: one for name, one in dimensions.items() if host and name in _FACTS}
    kept = {name: one for name, one in dimensions.items() if _FACTS.get(name) not in facts}
    if "NeuronCore" in kept:
        table = {**table, "NeuronDevice": "hw.parent"}
    if "index" in kept:
        kept["index"] = f"gpu{kept['index']}"  # as other collectors name a GPU that has no UUID
    labels = {table.get(name, name): value for name, value in sorted(kept.items())}
    if "host.id" in labels:
        labels.setdefault("host.name", labels["host.id"])
    return Named(labels, facts)


def spelled(dimensions: Mapping[str, str]) -> dict[str, str]:
    """Every dimension under its own name, where two metrics would else be one series."""
    return {f"aws.cloudwatch.{name}": value for name, value in dimensions.items()}


def matching(dimensions: Mapping[str, str], only: Mapping[str, str]) -> bool:
    return all(dimensions.get(name) == value for name, value in only.items())


def complete(dimensions: Iterable[str], needed: Iterable[str]) -> bool:
    return set(needed) <= set(dimensions)
