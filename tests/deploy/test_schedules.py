"""What is under deploy/, held to its own tool where there is one, and to what its tool would say where not."""

import ast
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.pages import ROOT
from tests.docs.test_guide import check

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
_FIELD = re.compile(r"\*(/[1-9]\d*)?|\d+(-\d+)?(,\d+)*")


class _Tagged(yaml.SafeLoader):
    """CloudFormation's short forms, as the text that they stand before."""


_Tagged.add_multi_constructor("!", lambda loader, _tag, node: loader.construct_scalar(node))


def _documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text()))


def test_the_crontab_has_a_user_and_a_known_command_on_each_line() -> None:
    lines = [
        line
        for line in (DEPLOY / "cron" / "reinfra").read_text().splitlines()
        if line and not line.startswith("#") and not re.match(r"[A-Z]+=", line)
    ]
    assert len(lines) == 3
    for line in lines:
        *when, user, command = line.split(None, 6)
        assert all(_FIELD.fullmatch(field) for field in when), line
        assert user == "reinfra"
        assert "%" not in command, "cron takes a percent sign for a line's end"
        words = command.partition("&& reinfra ")[2].partition(">")[0]
        check(shlex.split(words))


@pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing: scripts/test-programs.sh installs it")
    there = shutil.which("true") or "/bin/true"
    for each in UNITS:
        text = each.read_text().replace("/opt/reinfra/.venv/bin/reinfra", there)
        (tmp_path / each.name).write_text(text)
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    about_ours = [line for line in said.stderr.splitlines() if "reinfra" in line]
    assert about_ours == []


_POD = {
    *("restartPolicy", "automountServiceAccountToken", "terminationGracePeriodSeconds"),
    *("securityContext", "containers", "volumes", "hostname"),
}
_CONTAINER = {
    *("name", "image", "command", "envFrom", "ports", "readinessProbe", "livenessProbe"),
    *("volumeMounts", "resources", "securityContext"),
}
_JOB = {"backoffLimit", "activeDeadlineSeconds", "podFailurePolicy", "template"}
_CRON = {
    *("schedule", "concurrencyPolicy", "startingDeadlineSeconds", "jobTemplate"),
    *("successfulJobsHistoryLimit", "failedJobsHistoryLimit"),
}
_DEPLOYMENT = {"replicas", "strategy", "selector", "template"}


def _pod(template: dict[str, Any]) -> dict[str, Any]:
    pod: dict[str, Any] = template["spec"]
    assert set(pod) <= _POD, "fields that core/v1 PodSpec has"
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in pod["containers"]:
        assert set(container) <= _CONTAINER, "fields that core/v1 Container has"
        assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]
        assert container["resources"]["limits"]["memory"]
        assert container["command"][0] == "reinfra"
        check(container["command"][1:])
    return pod


def test_the_cron_jobs_never_overlap_and_are_retried_by_the_next_run_only() -> None:
    jobs = _documents("kubernetes/detect.yaml")
    assert [job["metadata"]["name"] for job in jobs] == ["reinfra-detect", "reinfra-relay"]
    for job in jobs:
        assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
        spec = job["spec"]
        assert set(spec) <= _CRON
        assert all(_FIELD.fullmatch(field) for field in spec["schedule"].split())
        assert spec["concurrencyPolicy"] == "Forbid"
        assert spec["startingDeadlineSeconds"] >= 10, "less is never started"
        one = spec["jobTemplate"]["spec"]
        assert set(one) <= _JOB
        assert one["backoffLimit"] == 0
        assert _pod(one["template"])["restartPolicy"] == "Never"
    ignored = jobs[0]["spec"]["jobTemplate"]["spec"]["podFailurePolicy"]["rules"]
    assert ignored == [{"action": "Ignore", "onExitCodes": {"operator": "In", "values": [75]}}]


def test_the_deployment_of_up_is_one_pod_whose_labels_agree() -> None:
    claim, service, deployment = _documents("kubernetes/up.yaml")
    assert [each["kind"] for each in (claim, service, deployment)] == [
        "PersistentVolumeClaim",
        "Service",
        "Deployment",
    ]
    spec = deployment["spec"]
    assert set(spec) <= _DEPLOYMENT
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")
    labels = spec["template"]["metadata"]["labels"]
    assert spec["selector"]["matchLabels"] == labels == service["spec"]["selector"]
    pod = _pod(spec["template"])
    assert pod["terminationGracePeriodSeconds"] > 25, "longer than up.stop"
    (volume,) = pod["volumes"]
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]


def test_cfn_lint_finds_nothing_wrong_with_the_stack() -> None:
    linter = Path(sys.executable).with_name("cfn-lint")
    if not linter.exists():
        pytest.skip(
            "cfn-lint is not installed beside this Python; the structure is checked without"
        )
    said = subprocess.run(
        [linter, str(DEPLOY / "aws" / "detect.yaml")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (said.returncode, said.stdout) == (0, "")


def test_the_stack_starts_known_commands_with_what_it_declares() -> None:
    text = (DEPLOY / "aws" / "detect.yaml").read_text()
    stack = yaml.load(text, _Tagged)  # noqa: S506 - a safe loader of its own
    resources = stack["Resources"]
    known = {*stack["Parameters"], *resources}
    named = set(re.findall(r"!(?:Ref|GetAtt) (\w+)", text))
    assert named - {"AWS"} <= known
    schedules = [one for one in resources.values() if one["Type"] == "AWS::Scheduler::Schedule"]
    assert len(schedules) == 2
    for one in schedules:
        target = one["Properties"]["Target"]
        assert target["RetryPolicy"]["MaximumRetryAttempts"] == 0
        (override,) = json.loads(target["Input"])["containerOverrides"]
        check(override["command"])


def test_the_dag_compiles_and_runs_one_at_a_time_without_catching_up() -> None:
    path = DEPLOY / "airflow" / "reinfra_detect.py"
    tree = ast.parse(path.read_text(), path.name)
    compile(tree, path.name, "exec")
    calls = {
        node.func.id if isinstance(node.func, ast.Name) else "": node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    dag = {each.arg: ast.unparse(each.value) for each in calls["DAG"].keywords}
    assert (dag["catchup"], dag["max_active_runs"]) == ("False", "1")
    commands = [
        ast.literal_eval(each.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for each in node.keywords
        if each.arg == "bash_command"
    ]
    assert len(commands) == 2
    for command in commands:
        check(shlex.split(command)[1:])


def test_compose_waits_for_the_schema_and_knows_what_it_names() -> None:
    (composed,) = _documents("compose.yaml")
    services, volumes = composed["services"], composed["volumes"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        named = [one.partition(":")[0] for one in service.get("volumes", [])]
        assert set(named) <= set(volumes)
    assert services["up"]["depends_on"]["schema"]["condition"] == "service_completed_successfully"
    for name in ("schema", "up"):
        check(services[name]["command"])
    assert (ROOT / services["schema"]["build"]["dockerfile"]).is_file()


def test_docker_reads_the_composition() -> None:
    docker = shutil.which("docker")
    if (
        docker is None
        or subprocess.run(
            [docker, "compose", "version"], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("docker compose is not here; the structure is checked without it")
    said = subprocess.run(
        [docker, "compose", "--file", str(DEPLOY / "compose.yaml"), "config", "--quiet"],
        capture_output=True,
        env={"PATH": str(Path(docker).parent), "POSTGRES_PASSWORD": "x"},
        timeout=60,
        check=False,
    )
    assert said.returncode == 0, said.stderr.decode()
