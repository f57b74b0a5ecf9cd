"""The whole way over HTTP: put into moto's CloudWatch, read by the collector."""

from datetime import UTC, datetime

import pytest

from collectors import Resumable, find
from reinfra.model import HOUR, MINUTE, SECOND, Batch, Coverage, Kind
from reinfra.store import Selector, Source, Store
from tests.collectors.cloudwatch.conftest import NOW, Cloud, Open, samples, taken

STREAM = {"StreamName": "orders"}
IO = (
    'aws.kinesis.io{aws.kinesis.stream_name="orders",cloud.provider="aws",'
    'cloud.region="eu-central-1",network.io.direction="receive",service.name="kinesis-orders"}'
)


def test_sums_are_counts_and_gaps_stay_gaps(cloud: Cloud, opened: Open) -> None:
    at = NOW - 5 * MINUTE
    cloud.put(
        "AWS/Kinesis", "IncomingBytes", STREAM, {at: 1.0, at + SECOND: 2.0, NOW - MINUTE: 8.0}
    )
    cloud.put("AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", STREAM, {at: 500.0})
    source = opened(presets=["kinesis"])
    assert isinstance(source, Resumable)
    assert isinstance(source, find("cloudwatch"))
    _, pages = taken(source)
    values = samples(pages)
    assert values.pop(IO) == {at: 3.0, NOW - MINUTE: 8.0}
    ((behind, age),) = values.items()
    assert age == {at: 0.5}
    assert "aws.kinesis.iterator.age" in behind
    assert 'reinfra.statistic="max"' in behind
    kinds = {key.metric: (key.kind, key.unit) for page in pages for key in page.batch.keys}
    assert kinds["aws.kinesis.io"] == (Kind.PERIOD_COUNT, "By")
    assert kinds["aws.kinesis.iterator.age"] == (Kind.GAUGE, "s")


def test_a_period_that_is_not_over_is_not_read(cloud: Cloud, opened: Open) -> None:
    cloud.put("AWS/Kinesis", "IncomingBytes", STREAM, {NOW - MINUTE: 1.0, NOW: 2.0})
    _, pages = taken(opened(clock=lambda: NOW + 59 * SECOND, presets=["kinesis"]))
    assert samples(pages)[IO] == {NOW - MINUTE: 1.0}
    assert pages[-1].cursor == str(NOW + 59 * SECOND)


def test_what_comes_late_is_read_again_and_only_what_changed_is_told(
    cloud: Cloud, opened: Open
) -> None:
    at = NOW - 5 * MINUTE
    cloud.put("AWS/Kinesis", "IncomingBytes", STREAM, {at: 1.0, at + MINUTE: 5.0})
    now = [NOW]
    source = opened(clock=lambda: now[0], presets=["kinesis"])
    _, pages = taken(source)
    cloud.put("AWS/Kinesis", "IncomingBytes", STREAM, {at + SECOND: 2.0, NOW: 7.0})
    now[0] += MINUTE
    _, later = taken(source, pages[-1].cursor)
    assert samples(later)[IO] == {at: 3.0, NOW: 7.0}


def test_a_restart_goes_on_where_the_store_is(cloud: Cloud, opened: Open, store: Store) -> None:
    minutes = range(NOW - HOUR, NOW, MINUTE)
    cloud.put("AWS/Kinesis", "IncomingBytes", STREAM, {at: at % 7 + 1.0 for at in minutes})
    for now in (NOW - 30 * MINUTE, NOW - 10 * MINUTE, NOW):
        source = opened(clock=lambda now=now: now, presets=["kinesis"])  # another process each time
        _, pages = taken(source, store.cursor("cloudwatch"))
        for page in pages:
            store.write(page.batch, Source("cloudwatch", source.origin), cursor=page.cursor)
    (stored,) = [one for one in store.series(Selector()) if one.key.metric == "aws.kinesis.io"]
    whole = store.samples([stored], NOW - HOUR, NOW)
    assert whole.at[0].tolist() == list(minutes)
    assert whole.value[0].tolist() == [at % 7 + 1.0 for at in minutes]


def test_more_metrics_than_a_call_takes_come_in_several(cloud: Cloud, opened: Open) -> None:
    cloud.client.put_metric_data(
        Namespace="AWS/FSx",
        MetricData=[
            {
                "MetricName": "ClientConnections",
                "Dimensions": [{"Name": "FileSystemId", "Value": f"fs-{i}"}],
                "Timestamp": datetime.fromtimestamp((NOW - MINUTE) / SECOND, UTC),
                "Value": i,
            }
            for i in range(510)
        ],
    )
    source = opened(presets=["fsx-lustre"], history=0.002)
    _, pages = taken(source)
    assert sorted(v for one in samples(pages).values() for v in one.values()) == list(range(510))
    cost = {str(key): value for page in pages for key, value in _last(page.batch)}
    asked = [
        v for name, v in cost.items() if name.startswith("reinfra.cloudwatch.metrics.requested")
    ]
    calls = [v for name, v in cost.items() if 'rpc.method="GetMetricData"' in name]
    lists = [v for name, v in cost.items() if 'rpc.method="ListMetrics"' in name]
    assert (asked, calls, lists) == ([510], [2], [2])


def test_metrics_beyond_the_most_are_counted(cloud: Cloud, opened: Open) -> None:
    for i in range(3):
        cloud.put("AWS/FSx", "ClientConnections", {"FileSystemId": f"fs-{i}"}, {NOW - MINUTE: 1})
    reports, pages = taken(opened(presets=["fsx-lustre"], max_metrics=2))
    assert len(samples(pages)) == 2
    assert reports[0].refused == {"metrics beyond max_metrics": 1}


def test_what_is_not_there_and_what_can_never_be_is_said(cloud: Cloud, opened: Open) -> None:
    cloud.put("AWS/ECS", "CPUUtilization", {"ClusterName": "c"}, {NOW - MINUTE: 50.0})
    (report,), pages = taken(opened(presets=["ecs"], account="123456789012", labels={"site": "x"}))
    said = {(one.signal, one.state): one for one in report.absences}
    never = said["hw.gpu.utilization", Coverage.NEVER]
    assert "reserved" in never.reason
    assert ("cloud.account.id", "123456789012") in never.subject
    assert ("service.name", "ecs") in never.subject
    memory = said["aws.ecs.memory.utilization", Coverage.UNSUPPORTED]
    assert memory.reason == (
        "CloudWatch lists no AWS/ECS MemoryUtilization with ClusterName in the last two weeks"
    )
    assert ("aws.ecs.cpu.utilization", Coverage.UNSUPPORTED) not in said
    ((name, values),) = samples(pages).items()
    assert values == {NOW - MINUTE: 0.5}
    assert 'aws.ecs.cluster.name="c"' in name
    assert 'cloud.account.id="123456789012"' in name
    assert 'site="x"' in name


def test_an_instance_type_is_a_fact_and_no_label(cloud: Cloud, opened: Open) -> None:
    node = {
        "ClusterName": "c",
        "InstanceId": "i-1",
        "NodeName": "n1",
        "InstanceType": "trn2.48xlarge",
    }
    core = {**node, "NeuronDevice": "device0", "NeuronCore": "core3"}
    cloud.put("ContainerInsights", "node_neuroncore_utilization", core, {NOW - MINUTE: 25.0})
    cloud.put("ContainerInsights", "node_neuroncore_utilization", {"ClusterName": "c"}, {NOW: 1.0})
    (report,), pages = taken(opened(presets=["container-insights"]))
    ((name, values),) = samples(pages).items()
    assert values == {NOW - MINUTE: 0.25}
    assert name.startswith("aws.neuron.core.utilization{")
    for label in ('hw.id="core3"', 'hw.parent="device0"', 'host.id="i-1"', 'host.name="n1"'):
        assert label in name
    assert "trn2" not in name
    (fact,) = report.facts
    assert (fact.name, fact.value) == ("host.type", "trn2.48xlarge")
    assert fact.subject == (("host.id", "i-1"), ("host.name", "n1"))


def test_the_agents_gpus_are_devices_of_their_host(cloud: Cloud, opened: Open) -> None:
    gpu = {"InstanceId": "i-1", "index": "0", "name": "NVIDIA L4", "arch": "Ada", "host": "ip-10"}
    cloud.put("CWAgent", "nvidia_smi_memory_used", gpu, {NOW - MINUTE: 2.0})
    _, pages = taken(opened(presets=["cwagent-gpu"], dimensions={"InstanceId": "i-1"}))
    ((name, values),) = samples(pages).items()
    assert values == {NOW - MINUTE: 2.0 * 1024**2}
    assert name.startswith("hw.gpu.memory.usage{")
    for label in ('hw.id="gpu0"', 'hw.name="NVIDIA L4"', 'host.name="ip-10"', 'hw.vendor="NVIDIA"'):
        assert label in name
    assert taken(opened(presets=["cwagent-gpu"], dimensions={"InstanceId": "i-2"}))[1] == []


def test_metrics_of_the_settings_need_no_preset(cloud: Cloud, opened: Open) -> None:
    function = {"FunctionName": "f"}
    cloud.put("AWS/Lambda", "Errors", function, {NOW - 2 * MINUTE: 1.0, NOW - MINUTE: 2.0})
    cloud.put("AWS/Kinesis", "IncomingBytes", STREAM, {NOW - MINUTE: 8.0})
    lambda_ = {"namespace": "AWS/Lambda", "metric": "Errors"}
    metrics = [
        {**lambda_, "statistic": "Sum", "dimensions": {"FunctionName": "*"}},
        {**lambda_, "statistic": "Average", "dimensions": function, "unit": "1", "scale": 0.5},
        {**lambda_, "statistic": "Maximum", "dimensions": function, "name": "my.errors"},
        {
            "namespace": "AWS/Kinesis",
            "metric": "IncomingBytes",
            "statistic": "Sum",
            "dimensions": STREAM,
        },
    ]
    _, pages = taken(opened(metrics=metrics))
    values = {
        name.partition("{")[0]: one for name, one in samples(pages).items() if "mean" not in name
    }
    assert values == {
        "AWS/Lambda Errors": {NOW - 2 * MINUTE: 1.0, NOW - MINUTE: 2.0},
        "my.errors": {NOW - 2 * MINUTE: 1.0, NOW - MINUTE: 2.0},
        "aws.kinesis.io": {NOW - MINUTE: 8.0},
    }
    (mean,) = [one for name, one in samples(pages).items() if 'statistic="mean"' in name]
    assert mean == {NOW - 2 * MINUTE: 0.5, NOW - MINUTE: 1.0}
    units = {str(key): (key.unit, key.kind) for key in pages[-1].batch.keys}
    own = 'AWS/Lambda Errors{FunctionName="f",cloud.provider="aws",cloud.region="eu-central-1"}'
    assert units[own] == ("{unknown}", Kind.PERIOD_COUNT)


def test_two_metrics_never_share_a_series(cloud: Cloud, opened: Open) -> None:
    """Without its type an instance's totals would be called as those of all its types."""
    plain = {"InstanceId": "i-1"}
    cloud.put("AWS/EC2", "NetworkOut", plain, {NOW - 5 * MINUTE: 1.0})
    cloud.put("AWS/EC2", "NetworkOut", {**plain, "InstanceType": "p5"}, {NOW - 5 * MINUTE: 2.0})
    _, pages = taken(opened(presets=["ec2"]))
    found = {name: max(values.values()) for name, values in samples(pages).items()}
    assert sorted(found.values()) == [1.0, 2.0]
    assert 'aws.cloudwatch.InstanceType="p5"' in next(n for n, v in found.items() if v == 2.0)


def test_a_role_is_assumed_and_its_credentials_are_used(
    cloud: Cloud, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", cloud.endpoint)
    cloud.put("AWS/ECS", "CPUUtilization", {"ClusterName": "c"}, {NOW - MINUTE: 50.0})
    source = opened(
        presets=["ecs"], role_arn="arn:aws:iam::123456789012:role/reader", external_id="for-tests"
    )
    signed: list[str] = []
    source.account.client.meta.events.register(
        "before-send.cloudwatch",
        lambda request, **_: signed.append(request.headers["Authorization"].decode()),
    )
    assert len(samples(taken(source)[1])) == 1
    assert all("Credential=ASIA" in one for one in signed)
    assert len(signed) == 2


def _last(batch: Batch) -> list[tuple[object, float]]:
    return [(batch.keys[i], float(v)) for i, v in zip(batch.series, batch.value, strict=True)]
