"""The user's own values over the catalogue, and those that AWS gives."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from reinfra.errors import InputError
from reinfra.gaps.catalogue import default_catalogue
from reinfra.gaps.edits import append, edit, edited, prices, read_edits
from reinfra.gaps.refresh import Clients, refreshed

TODAY = "2026-11-21"


def test_the_latest_row_wins_and_the_earlier_stay(tmp_path: Path) -> None:
    file = tmp_path / "reinfra-catalogue.csv"
    append(file, [edit("2026-11-01", "p5.48xlarge", "usd_per_hour.on_demand", "55", "contract")])
    append(file, [edit(TODAY, "p5.48xlarge", "usd_per_hour.on_demand", "50", "contract, new")])
    append(file, [edit(TODAY, "p5.48xlarge", "usd_per_hour.spot", "20", "today")])
    found = read_edits(file)
    assert [one.value for one in found] == [55, 50, 20]
    instance = edited(default_catalogue(), found).find("ml.p5.48xlarge")
    assert instance is not None
    assert instance.price is not None
    assert (instance.price.usd_per_hour, instance.price.source) == (50, "contract, new")
    assert prices(found, "spot")["p5.48xlarge"].usd_per_hour == 20


def test_an_accelerators_watts_reach_its_instances_and_a_new_type_is_otherwise_unknown() -> None:
    rows = [
        edit(TODAY, "H100-SXM5-80GB", "watts", "650", "our cap"),
        edit(TODAY, "trn9.48xlarge", "vcpu", "192", "preview"),
    ]
    found = edited(default_catalogue(), rows)
    p5 = found.find("p5.48xlarge")
    assert p5 is not None
    assert p5.accelerator is not None
    assert p5.accelerator.watts == 650
    new = found.find("trn9.48xlarge")
    assert new is not None
    assert (new.vcpu, new.price, new.peak_flops) == (192, None, None)


@pytest.mark.parametrize(
    ("field", "value", "source"),
    [
        ("colour", "1", "x"),
        ("vcpu", "-3", "x"),
        ("vcpu", "many", "x"),
        ("vcpu", "nan", "x"),
        ("vcpu", "4", " "),
    ],
)
def test_a_value_that_cannot_be_is_refused(field: str, value: str, source: str) -> None:
    with pytest.raises(InputError):
        edit(TODAY, "p5.48xlarge", field, value, source)


def _product(usd: str, unit: str = "Hrs") -> str:
    dimension = {"unit": unit, "pricePerUnit": {"USD": usd}}
    return json.dumps({"terms": {"OnDemand": {"a": {"priceDimensions": {"b": dimension}}}}})


def _clients(products: list[str]) -> tuple[Clients, list[Stubber]]:
    named: dict[str, Any] = {
        name: boto3.client(
            name,
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",  # noqa: S106 - a stub signs with it
        )
        for name in ("pricing", "ec2")
    }
    price, ec2 = Stubber(named["pricing"]), Stubber(named["ec2"])
    size = {
        "InstanceType": "trn2.48xlarge",
        "VCpuInfo": {"DefaultVCpus": 192},
        "MemoryInfo": {"SizeInMiB": 2},
    }
    ec2.add_response("describe_instance_types", {"InstanceTypes": [size]})
    price.add_response("get_products", {"PriceList": products})
    spots = [
        {
            "InstanceType": "trn2.48xlarge",
            "AvailabilityZone": zone,
            "SpotPrice": usd,
            "Timestamp": at,
        }
        for zone, usd, at in (
            ("a", "9", datetime(2026, 11, 20, tzinfo=UTC)),
            ("a", "10", datetime(2026, 11, 21, tzinfo=UTC)),
            ("b", "12", datetime(2026, 11, 21, tzinfo=UTC)),
        )
    ]
    ec2.add_response("describe_spot_price_history", {"SpotPriceHistory": spots})
    for one in (price, ec2):
        one.activate()
    return Clients(named["pricing"], named["ec2"], "us-east-1"), [price, ec2]


def test_aws_gives_sizes_on_demand_and_the_newest_spot_price_of_each_zone() -> None:
    clients, stubs = _clients([_product("44.9"), _product("0.0"), _product("5", "Quantity")])
    found = {one.field: one for one in refreshed(clients, ["trn2.48xlarge"], TODAY)}
    assert {field: one.value for field, one in found.items()} == {
        "vcpu": 192,
        "memory_bytes": 2 * 1024**2,
        "usd_per_hour.on_demand": 44.9,
        "usd_per_hour.spot": 11,
    }
    assert all(one.source and one.on == TODAY for one in found.values())
    for stub in stubs:
        stub.assert_no_pending_responses()


def test_two_prices_for_one_question_are_no_answer() -> None:
    clients, _ = _clients([_product("44.9"), _product("45.9")])
    fields = {one.field for one in refreshed(clients, ["trn2.48xlarge"], TODAY)}
    assert "usd_per_hour.on_demand" not in fields


def test_a_refusal_of_aws_is_an_input_error_that_names_the_permissions() -> None:
    clients, stubs = _clients([])
    stubs[1].deactivate()
    denied = Stubber(clients.ec2)
    denied.add_client_error("describe_instance_types", "UnauthorizedOperation")
    denied.activate()
    with pytest.raises(InputError, match="AWS did not answer"):
        refreshed(clients, ["trn2.48xlarge"], TODAY)
