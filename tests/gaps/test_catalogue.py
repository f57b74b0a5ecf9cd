import pytest

from reinfra.gaps.catalogue import default_catalogue, parse_catalogue
from reinfra.gaps.policy import Infrastructure, default_policy
from reinfra.model import InputError

ACCELERATORS = [
    "accelerator,peak_dense_bf16_flops,memory_bytes,memory_bytes_per_second,watts,interconnect,read_on,source",
    "X,1e14,,,,,2026-11-20,a page",
]
INSTANCE = (
    "instance_type,family,accelerator,accelerator_count,vcpu,memory_bytes,network_peak_bytes_per_second,"
    "efa_interfaces,usd_per_hour,price_region,price_date,price_source,read_on,source"
)


def test_an_instance_knows_its_accelerators_and_its_dated_price() -> None:
    found = default_catalogue().find("ml.inf2.48xlarge")
    assert found is not None
    assert found.accelerator is not None
    assert (found.accelerator.name, found.accelerator_count) == ("Inferentia2", 12)
    assert found.peak_flops == pytest.approx(12 * 190e12)
    assert found.price is not None
    assert (found.price.usd_per_hour, found.price.on) == (12.98127, "2026-07-20")


def test_what_nobody_published_stays_unknown() -> None:
    catalogue = default_catalogue()
    assert all(catalogue.accelerators[name].watts is None for name in ("Inferentia2", "Trainium2"))
    trainium = catalogue.find("trn2.48xlarge")
    assert trainium is not None
    assert trainium.price is None
    assert "trn2.48xlarge" not in catalogue.prices
    assert catalogue.find("dl1.24xlarge") is None


def test_every_fact_has_a_source_and_every_price_a_date() -> None:
    catalogue = default_catalogue()
    assert len(catalogue.instances) == 80
    for accelerator in catalogue.accelerators.values():
        assert accelerator.source
        assert accelerator.read_on
    for instance in catalogue.instances.values():
        assert instance.source
        assert instance.read_on
        assert instance.price is None or (instance.price.on and instance.price.source)


def test_the_policy_classifies_every_instance_of_the_catalogue() -> None:
    policy = default_policy()
    lost = [
        instance.instance_type
        for instance in default_catalogue().instances.values()
        if policy.classify(instance.family).infrastructure is Infrastructure.UNCLASSIFIED
    ]
    assert lost == []


def test_sagemaker_types_have_no_price_of_ec2() -> None:
    prices = default_catalogue().prices
    assert "g5.24xlarge" in prices
    assert "ml.g5.24xlarge" not in prices


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a.large,a,Y,1,,,,,,,,,,", "that no row describes"),
        ("a.large,a,X,many,,,,,,,,,,", "accelerator_count is 'many'"),
        ("a.large,a,X,1,,,,,-3,,,,,", "not above zero"),
        ("a.large,a,X,1,,,,,nan,,,,,", "not above zero"),
    ],
)
def test_a_row_that_cannot_be_is_refused(row: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_catalogue(ACCELERATORS, [INSTANCE, row])
    assert said in str(raised.value)
    assert "a.large" in str(raised.value)
