import numpy as np
import pytest

from collectors.base import CollectorError
from collectors.cloudwatch_recording import read_series, read_windows
from collectors.local_file import read_text
from reinfra.model import Batch, Kind, Origin
from tests.collectors.recordings import DATA, milliseconds


@pytest.fixture(scope="module")
def series() -> dict[str, Batch]:
    return read_series(read_text(DATA / "nab" / "aws_cloudwatch.csv.gz"))


def test_a_percentage_becomes_a_ratio_and_a_time_without_zone_is_utc(
    series: dict[str, Batch],
) -> None:
    batch = series["ec2_cpu_utilization_53ea38"]
    assert (len(batch), batch.keys[0].metric) == (4032, "aws.ec2.cpu.utilization")
    assert batch.value[0] == 1.732 * 0.01
    assert batch.at[0] == milliseconds("2014-02-14T14:30:00Z")


def test_bytes_and_counts_keep_their_values(series: dict[str, Batch]) -> None:
    assert series["ec2_network_in_257a54"].value[-1] == 242_084.0
    requests = series["elb_request_count_8c0756"]
    assert requests.keys[0].kind is Kind.PERIOD_COUNT
    assert requests.value[0] == 94.0


def test_hosts_and_services_are_named_by_their_resource(series: dict[str, Batch]) -> None:
    def label(name: str, of: str) -> str:
        return series[name].keys[0].label(of)

    assert label("ec2_disk_write_bytes_1ef3de", "host.name") == "ec2-1ef3de"
    assert label("iio_us-east-1_i-a2eb1cd9_NetworkIn", "host.name") == "i-a2eb1cd9"
    assert label("iio_us-east-1_i-a2eb1cd9_NetworkIn", "cloud.region") == "us-east-1"
    assert label("rds_cpu_utilization_cc0c53", "service.name") == "rds-cc0c53"
    assert label("grok_asg_anomaly", "service.name") == "asg-grok"


def test_times_increase_and_the_hour_that_daylight_saving_folded_is_one_sample(
    series: dict[str, Batch],
) -> None:
    assert all(np.all(np.diff(batch.at) > 0) for batch in series.values())
    folded = series["ec2_disk_write_bytes_1ef3de"]
    assert len(folded) == 4730 - 11
    assert np.count_nonzero(folded.at == milliseconds("2014-03-09T03:00:00Z")) == 1


def test_every_series_is_recorded_and_labelled(series: dict[str, Batch]) -> None:
    windows = read_windows(read_text(DATA / "nab" / "windows.json"))
    assert len(series) == 11
    assert windows.keys() == series.keys()
    for name, batch in series.items():
        assert batch.keys[0].origin is Origin.RECORDED
        assert all(batch.at[0] <= since < until <= batch.at[-1] for since, until in windows[name])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "no column 'series'"),
        ("series,timestamp,value", "no rows"),
        ("series,timestamp,value\nec2_cpu_utilization_1,yesterday,1", "yesterday"),
        ("series,timestamp,value\nec2_cpu_utilization_1,2014-01-01T00:00Z,1", "timezones"),
        ("series,timestamp,value\nec2_cpu_utilization_1,,1", "a time is empty"),
        ("series,timestamp,value\nec2_cpu_utilization_1,2014-01-01,much", "much"),
        ("series,timestamp,value\nec2_cpu_utilization_1,2014-01-01", "line 2 has 2 cells"),
        ("series,timestamp,value\nlambda_errors_1,2014-01-01,1", "no CloudWatch metric is known"),
    ],
)
def test_a_damaged_recording_is_refused(table: str, said: str) -> None:
    with pytest.raises(CollectorError, match=said):
        read_series(table)


@pytest.mark.parametrize("windows", ["[]", "{", '{"a": [["2014-01-01"]]}', '{"a": [["x", "y"]]}'])
def test_damaged_windows_are_refused(windows: str) -> None:
    with pytest.raises(CollectorError, match=r"not a (table of windows|time)"):
        read_windows(windows)
