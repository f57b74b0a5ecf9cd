"""Amazon CloudWatch series as NAB recorded them, under their canonical names and base units.

The files name a series by metric and a shortened resource id, such as ec2_cpu_utilization_53ea38.
Their times have no zone and are read as UTC. One series shows that they were local: the hour that
daylight saving skipped on 2014-03-09 is folded into twelve equal samples of one instant, of which
the last is kept.
"""

import json
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collectors.base import CollectorError, key_of
from collectors.csv_columns import microseconds, numbers, read_columns
from reinfra.model import Batch, Origin
from reinfra.signals import by_source

MICROSECONDS = 1000  # in a millisecond
_WHERE = "CloudWatch recording"

Window = tuple[int, int]
"""First and last instant of a labelled anomaly, in ms UTC."""

_NAMES: tuple[tuple[str, str, str], ...] = (
    (r"ec2_cpu_utilization_(?P<id>\w+)", "ec2", "AWS/EC2 CPUUtilization"),
    (r"ec2_disk_write_bytes_(?P<id>\w+)", "ec2", "AWS/EC2 DiskWriteBytes"),
    (r"ec2_network_in_(?P<id>\w+)", "ec2", "AWS/EC2 NetworkIn"),
    (r"iio_(?P<region>[a-z]+-[a-z]+-\d)_(?P<id>i-\w+)_NetworkIn", "ec2", "AWS/EC2 NetworkIn"),
    (r"elb_request_count_(?P<id>\w+)", "elb", "AWS/ELB RequestCount"),
    (r"rds_cpu_utilization_(?P<id>\w+)", "rds", "AWS/RDS CPUUtilization"),
    (r"(?P<id>grok_asg)_anomaly", "asg", ""),
)
"""File name, service, CloudWatch metric; the last file does not say which metric it holds."""


@dataclass(frozen=True, slots=True)
class _Column:
    signal: str
    scale: float
    labels: dict[str, str]


def read_series(text: str) -> dict[str, Batch]:
    """The recordings of a `series,timestamp,value` table, by NAB's names, each at its original times."""
    columns = read_columns(text, ("series", "timestamp", "value"), _WHERE)
    name = np.array(columns[0])
    at = microseconds(columns[1], _WHERE) // MICROSECONDS
    value = numbers(columns[2], _WHERE)
    return {
        str(series): _batch(str(series), at[name == series], value[name == series])
        for series in np.unique(name)
    }


def read_windows(text: str) -> dict[str, tuple[Window, ...]]:
    """NAB's labelled anomaly windows, by the name of their series."""
    try:
        windows = [(name, pair) for name, pairs in json.loads(text).items() for pair in pairs]
        found: dict[str, tuple[Window, ...]] = {}
        for name, (since, until) in windows:
            first, last = (microseconds([since, until], _WHERE) // MICROSECONDS).tolist()
            found[name] = (*found.get(name, ()), (first, last))
    except (AttributeError, TypeError, ValueError) as error:
        raise CollectorError("not a table of windows", where=_WHERE, why=str(error)) from error
    return found


def _batch(name: str, at: NDArray[np.int64], value: NDArray[np.float64]) -> Batch:
    order = np.argsort(at, kind="stable")
    last = order[np.append(np.diff(at[order]) > 0, [True])]
    column = _column(name)
    key = key_of(column.signal, column.labels, Origin.RECORDED)
    return Batch.of_series(key, at[last], value[last] * column.scale)


def _column(series: str) -> _Column:
    """Which signal a file holds. Hosts and services are named by their resource, as CloudWatch does."""
    for pattern, service, metric in _NAMES:
        if found := re.fullmatch(pattern, series):
            parts = found.groupdict()
            owner = "host.name" if service == "ec2" else "service.name"
            name = parts["id"].removesuffix("_asg")
            labels = {
                "aws.resource.id": parts["id"],
                "cloud.provider": "aws",
                "cloud.region": parts.get("region") or "",
                owner: name if name.startswith("i-") else f"{service}-{name}",
            }
            if not metric:
                return _Column("aws.autoscaling.group", 1.0, labels)
            mapped = by_source("cloudwatch")[metric]
            return _Column(mapped.signal.name, mapped.factor, labels)
    raise CollectorError(f"no CloudWatch metric is known for {series!r}", where="NAB")
