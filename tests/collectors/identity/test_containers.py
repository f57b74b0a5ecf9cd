import base64
import json
from pathlib import Path

import pytest

from collectors.base import CollectorError
from collectors.identity import ecs, kubernetes, sagemaker
from tests.collectors.serving import Answer, Request, service

ARN = "arn:aws:ecs:us-west-2:111122223333:"
CONTAINER = {
    "DockerId": "ea32192c8553fbff06c9340478a2ff089b2bb5646fb718b4ee206641c9086d66",
    "Name": "curl",
    "Image": "111122223333.dkr.ecr.us-west-2.amazonaws.com/curltest:latest",
    "ContainerARN": f"{ARN}container/0206b271-b33f-47ab-86c6-a0ba208a70a9",
}
TASK = {
    "Cluster": "default",
    "TaskARN": f"{ARN}task/default/158d1c8083dd49d6b527399fd6414f5c",
    "Family": "curltest",
    "Revision": "26",
    "LaunchType": "EC2",
    "AvailabilityZone": "us-west-2d",
}
"""As the developer guide shows the answers of the endpoint, version 4."""


def on_ecs(asked: Request) -> Answer:
    known = {"/v4/abc": CONTAINER, "/v4/abc/task": TASK}.get(asked.path)
    return (200, json.dumps(known).encode()) if known else (404, b"")


def test_a_task_says_what_it_is() -> None:
    with service(on_ecs) as address:
        found = ecs.attributes({"ECS_CONTAINER_METADATA_URI_V4": f"{address}/v4/abc"})
    assert found["cloud.platform"] == "aws_ecs"
    assert found["cloud.region"] == "us-west-2"
    assert found["aws.ecs.cluster.arn"] == f"{ARN}cluster/default"
    assert found["aws.ecs.task.arn"] == TASK["TaskARN"]
    assert found["aws.ecs.launchtype"] == "ec2"
    assert (found["container.name"], found["container.id"][:4]) == ("curl", "ea32")


def test_fargate_gives_the_cluster_by_its_arn() -> None:
    def fargate(asked: Request) -> Answer:
        task = {**TASK, "Cluster": f"{ARN}cluster/fleet", "LaunchType": "FARGATE"}
        return 200, json.dumps(task if asked.path.endswith("/task") else CONTAINER).encode()

    with service(fargate) as address:
        found = ecs.attributes({"ECS_CONTAINER_METADATA_URI_V4": address})
    assert found["aws.ecs.cluster.arn"] == f"{ARN}cluster/fleet"


def test_an_endpoint_that_fails_is_an_error_that_does_not_name_the_task() -> None:
    with service(on_ecs) as address, pytest.raises(CollectorError, match="answered 404") as caught:
        ecs.attributes({"ECS_CONTAINER_METADATA_URI_V4": f"{address}/v4/secret-id"})
    assert "secret-id" not in str(caught.value)


def test_outside_of_everything_there_is_nothing(tmp_path: Path) -> None:
    assert ecs.attributes({}) == {}
    assert kubernetes.attributes({}) == {}
    assert sagemaker.attributes({}, tmp_path / "none") == {}


def account(folder: Path, issuer: object) -> Path:
    claims = base64.urlsafe_b64encode(json.dumps({"iss": issuer}).encode()).decode().rstrip("=")
    folder.mkdir(exist_ok=True)
    (folder / "token").write_text(f"eyJhbGciOiJSUzI1NiJ9.{claims}.c2lnbmF0dXJl")
    (folder / "namespace").write_text("training\n")
    return folder


EKS = "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
POD = {"KUBERNETES_SERVICE_HOST": "10.100.0.1", "HOSTNAME": "agent-x1"}


def test_a_pod_on_eks_knows_it_by_who_signed_its_token(tmp_path: Path) -> None:
    labels = tmp_path / "labels"
    labels.write_text('app="agent"\ntopology.kubernetes.io/zone="a \\"b\\""\nnonsense\n')
    environment = {**POD, "K8S_NODE_NAME": "ip-10-0-0-1.ec2.internal", "POD_UID": "u-1"}
    found = kubernetes.attributes(environment, account(tmp_path / "account", EKS), labels)
    assert found == {
        "cloud.provider": "aws",
        "cloud.platform": "aws_eks",
        "cloud.region": "eu-west-1",
        "k8s.namespace.name": "training",
        "k8s.node.name": "ip-10-0-0-1.ec2.internal",
        "k8s.pod.label.app": "agent",
        "k8s.pod.label.topology.kubernetes.io/zone": 'a "b"',
        "k8s.pod.name": "agent-x1",
        "k8s.pod.uid": "u-1",
    }


def test_a_hybrid_node_is_told_from_one_in_the_cloud(tmp_path: Path) -> None:
    environment = {**POD, "NODE_NAME": "mi-0123456789abcdef0"}
    found = kubernetes.attributes(environment, account(tmp_path, EKS), tmp_path / "none")
    assert found["aws.eks.compute.type"] == "hybrid"


@pytest.mark.parametrize("issuer", ["https://kubernetes.default.svc", None, 7, EKS + "/../evil"])
def test_another_cluster_is_kubernetes_and_nothing_more(issuer: object, tmp_path: Path) -> None:
    found = kubernetes.attributes(POD, account(tmp_path, issuer), tmp_path / "none")
    assert found == {"k8s.namespace.name": "training", "k8s.pod.name": "agent-x1"}


@pytest.mark.parametrize("token", ["", "a.b", "a.!!!.c", "a.bm8=.c", "a.W10.c"])
def test_a_token_that_is_none_says_nothing(token: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(token)
    found = kubernetes.attributes(POD, tmp_path, tmp_path / "none")
    assert found == {"k8s.pod.name": "agent-x1"}


def test_a_training_job_says_its_name_its_host_and_its_size(tmp_path: Path) -> None:
    layout = tmp_path / "resourceconfig.json"
    layout.write_text(
        '{"current_host": "algo-1", "current_instance_type": "ml.trn1.32xlarge", '
        '"current_group_name": "homogeneousCluster", "hosts": ["algo-1", "algo-2"], '
        '"instance_groups": [], "network_interface_name": "eth0"}'
    )
    environment = {"TRAINING_JOB_NAME": "llama", "AWS_REGION": "us-east-1"}
    assert sagemaker.attributes(environment, layout) == {
        "cloud.provider": "aws",
        "cloud.platform": "aws_sagemaker",
        "cloud.region": "us-east-1",
        "host.type": "trn1.32xlarge",
        "aws.sagemaker.training_job.name": "llama",
        "aws.sagemaker.host": "algo-1",
        "aws.sagemaker.host.count": "2",
        "aws.sagemaker.instance.group": "homogeneousCluster",
    }


@pytest.mark.parametrize("text", ["", "[]", "[" * 100_000, '{"hosts": 3, "current_host": {}}'])
def test_a_damaged_layout_says_nothing(text: str, tmp_path: Path) -> None:
    layout = tmp_path / "resourceconfig.json"
    layout.write_text(text)
    found = sagemaker.attributes({"TRAINING_JOB_ARN": "arn:aws:sagemaker:x"}, layout)
    assert found == {
        "cloud.provider": "aws",
        "cloud.platform": "aws_sagemaker",
        "aws.sagemaker.training_job.arn": "arn:aws:sagemaker:x",
    }
