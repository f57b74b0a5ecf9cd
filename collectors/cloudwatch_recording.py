"""Amazon CloudWatch series as NAB recorded them, under their canonical names and base units.

The files name a series by metric and a shortened resource id, such as ec2_cpu_utilization_53ea38.
Their times have no zone and are read as UTC. One series shows that they were local: the hour that
daylight saving skipped on 2014-03-09 is folded into twelve equal samples of one instant, of which
the last is kept.
"""

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from collectors.base import CollectorError, key_of
from reinfra.model import Batch, Origin
from reinfra.signals import by_source, factor

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
    rows: dict[str, dict[int, float]] = {}
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        try:
            rows.setdefault(row["series"], {})[parse_time(row["timestamp"])] = float(row["value"])
        except (KeyError, TypeError, ValueError) as error:
            where = f"CloudWatch recording, line {number}"
            raise CollectorError("not a sample", where=where, why=str(error)) from error
    return {name: _batch(name, samples) for name, samples in rows.items()}


def read_windows(text: str) -> dict[str, tuple[Window, ...]]:
    """NAB's labelled anomaly windows, by the name of their series."""
    try:
        return {
            name: tuple((parse_time(since), parse_time(until)) for since, until in windows)
            for name, windows in json.loads(text).items()
        }
    except (AttributeError, TypeError, ValueError) as error:
        raise CollectorError("not a table of windows", where="NAB", why=str(error)) from error


def parse_time(text: str) -> int:
    """Milliseconds since 1970; a time without a zone is read as UTC."""
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def _batch(name: str, samples: dict[int, float]) -> Batch:
    column = _column(name)
    at = np.array(sorted(samples), np.int64)
    value = np.array([samples[instant] for instant in at.tolist()]) * column.scale
    return Batch.of_series(key_of(column.signal, column.labels, Origin.RECORDED), at, value)


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
            signal = by_source("cloudwatch")[metric]
            scale = factor(signal.sources["cloudwatch"].unit, signal.unit)
            return _Column(signal.name, scale, labels)
    raise CollectorError(f"no CloudWatch metric is known for {series!r}", where="NAB")
