"""Prices and sizes of instance types from AWS: Price List, EC2's types, and today's spot prices."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reinfra.errors import InputError
from reinfra.gaps.edits import PRICE, Edit

MIB = 1024**2
PRICES_IN = "us-east-1"
"""The region in which the Price List API answers, whatever region is asked about."""
TIMEOUT = 20


@dataclass(frozen=True, slots=True)
class Clients:
    """boto3's clients `pricing` and `ec2`; the latter is of the region that is asked about."""

    pricing: Any
    ec2: Any
    region: str


def connect(region: str) -> Clients:
    """With the credentials that boto3 finds. Raises InputError where there are none."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    how = Config(connect_timeout=TIMEOUT, read_timeout=TIMEOUT, retries={"max_attempts": 3})
    try:
        return Clients(
            boto3.client("pricing", region_name=PRICES_IN, config=how),
            boto3.client("ec2", region_name=region, config=how),
            region,
        )
    except BotoCoreError as error:
        raise InputError("no connection to AWS", why=str(error)[:200]) from error


def refreshed(clients: Clients, types: Sequence[str], on: str) -> list[Edit]:
    """What AWS says of these types today; a type it does not know gives nothing. Raises InputError."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return [
            *_sizes(clients, types, on),
            *_on_demand(clients, types, on),
            *_spot(clients, types, on),
        ]
    except (BotoCoreError, ClientError) as error:
        raise InputError(
            "AWS did not answer",
            why=str(error)[:200],
            todo="Allow pricing:GetProducts, ec2:DescribeInstanceTypes and ec2:DescribeSpotPriceHistory.",
        ) from error


def _sizes(clients: Clients, types: Sequence[str], on: str) -> Iterator[Edit]:
    asked = [{"Name": "instance-type", "Values": list(types)}]
    answer = clients.ec2.describe_instance_types(Filters=asked)
    for found in answer["InstanceTypes"]:
        name, source = found["InstanceType"], f"EC2 DescribeInstanceTypes, {clients.region}"
        sizes = {
            "vcpu": found.get("VCpuInfo", {}).get("DefaultVCpus"),
            "memory_bytes": MIB * found.get("MemoryInfo", {}).get("SizeInMiB", 0),
            "efa_interfaces": found.get("NetworkInfo", {})
            .get("EfaInfo", {})
            .get("MaximumEfaInterfaces"),
        }
        yield from (
            Edit(on, name, field, float(size), source) for field, size in sizes.items() if size
        )


def _on_demand(clients: Clients, types: Sequence[str], on: str) -> Iterator[Edit]:
    fixed = {
        "regionCode": clients.region,
        "operatingSystem": "Linux",
        "tenancy": "Shared",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
    }
    for name in types:
        wanted = [
            {"Type": "TERM_MATCH", "Field": key, "Value": value}
            for key, value in {**fixed, "instanceType": name}.items()
        ]
        answer = clients.pricing.get_products(
            ServiceCode="AmazonEC2", Filters=wanted, MaxResults=10
        )
        found = sorted({usd for text in answer["PriceList"] for usd in _usd(json.loads(text))})
        if len(found) == 1:  # several prices for one question are no answer
            source = f"AWS Price List API, {clients.region}, Linux, shared"
            yield Edit(on, name, f"{PRICE}.on_demand", found[0], source)


def _usd(product: Mapping[str, Any]) -> Iterator[float]:
    """USD per hour of an hourly on-demand term, above 0."""
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term.get("priceDimensions", {}).values():
            usd = float(dimension.get("pricePerUnit", {}).get("USD", 0))
            if usd > 0 and dimension.get("unit") == "Hrs":
                yield usd


def _spot(clients: Clients, types: Sequence[str], on: str) -> Iterator[Edit]:
    """The mean over the zones of the region of the newest price in each."""
    answer = clients.ec2.describe_spot_price_history(
        InstanceTypes=list(types),
        ProductDescriptions=["Linux/UNIX"],
        StartTime=datetime.fromisoformat(on).replace(tzinfo=UTC),
    )
    for name in types:
        newest = _newest(row for row in answer["SpotPriceHistory"] if row["InstanceType"] == name)
        if newest:
            source = f"EC2 spot price history, {clients.region}, mean of {len(newest)} zones"
            yield Edit(on, name, f"{PRICE}.spot", sum(newest) / len(newest), source)


def _newest(rows: Iterable[Mapping[str, Any]]) -> list[float]:
    by_zone = {
        row["AvailabilityZone"]: row for row in sorted(rows, key=lambda row: row["Timestamp"])
    }
    return [float(row["SpotPrice"]) for row in by_zone.values()]
