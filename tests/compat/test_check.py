from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reinfra.compat import Compatibility, Fit, check
from reinfra.compat.tables import efa_pins, neuron, releases, toolkits, torches
from reinfra.compat.versions import at_least, numbers, same
from reinfra.model import Fact, subject

HOST = subject({"host.name": "a"})


def found(facts: dict[str, str]) -> list[Compatibility]:
    return check([Fact(HOST, name, value) for name, value in facts.items()])


def only(facts: dict[str, str]) -> Compatibility:
    (one,) = found(facts)
    return one


def driver(torch: str, version: str, **more: str) -> Compatibility:
    facts = {"torch.version": torch, "nvidia.driver.version": version}
    return only(facts | {name.replace("_", "-") + ".version": text for name, text in more.items()})


def test_torch_needs_the_python_that_its_metadata_says() -> None:
    facts = {"torch.version": "2.11.0", "process.runtime.version": "3.9.18"}
    one = only(facts)
    assert (one.fit, one.source) == (Fit.INCOMPATIBLE, "pytorch.csv, 2.11.0")
    assert "Python 3.10 or later" in one.why
    assert only(facts | {"process.runtime.version": "3.10.1"}).fit is Fit.COMPATIBLE
    assert only(facts | {"torch.version": "2.11.9"}).fit is Fit.UNKNOWN


def test_default_wheels_from_2_11_on_need_driver_580() -> None:
    assert driver("2.10.0", "570.124.06").fit is Fit.COMPATIBLE
    old = driver("2.11.0", "570.124.06")
    assert (old.fit, old.source) == (Fit.INCOMPATIBLE, "cuda_driver.csv, 13.0 GA")
    assert "CUDA 13 needs driver 580 or later" in old.why
    assert driver("2.11.0", "580.65.06").fit is Fit.COMPATIBLE


def test_an_older_driver_of_the_same_major_version_is_compatible_with_its_limits_named() -> None:
    one = driver("2.9.1+cu128", "535.183.01")
    assert one.fit is Fit.COMPATIBLE
    assert "minor version compatibility" in one.why
    assert "PTX" in one.why
    assert "minor version" not in driver("2.9.1+cu128", "570.26").why


def test_what_is_installed_goes_before_what_the_default_wheel_would_bring() -> None:
    facts = {"torch.version": "2.11.0", "nvidia.driver.version": "570.26"}
    assert only(facts | {"torch.cuda.version": "12.8.90"}).fit is Fit.COMPATIBLE
    assert "by its name" in driver("2.11.0+cu126", "570.26").what


@pytest.mark.parametrize(
    ("torch", "version"),
    [("2.99.0", "595.71"), ("2.13.0", "595.71"), ("2.9.1+cu140", "900"), ("2.9.1", "soon")],
)
def test_what_no_table_holds_is_unknown_with_the_reason(torch: str, version: str) -> None:
    one = driver(torch, version)
    assert one.fit is Fit.UNKNOWN
    assert one.why


def test_a_cuda_that_is_newer_than_the_table_still_needs_its_familys_driver() -> None:
    facts = {"torch.version": "2.15.0", "torch.cuda.version": "13.9"}
    assert only(facts | {"nvidia.driver.version": "575.0"}).fit is Fit.INCOMPATIBLE
    newer = only(facts | {"nvidia.driver.version": "600.0"})
    assert newer.fit is Fit.UNKNOWN
    assert "new enough for CUDA 13 in general" in newer.why


def test_a_forward_compatibility_package_makes_an_old_driver_unknown() -> None:
    assert driver("2.11.0", "535.183.01", cuda_compat="580.65.06").fit is Fit.UNKNOWN


def test_torch_without_cuda_and_a_host_without_a_driver_are_no_findings() -> None:
    assert found({"torch.version": "2.9.1+cpu", "nvidia.driver.version": "580.65"}) == []
    assert found({"torch.version": "2.9.1"}) == []


@given(st.sampled_from(sorted(torches())), st.integers(400, 620), st.integers(0, 200))
@settings(max_examples=50, deadline=None)
def test_a_newer_driver_is_never_worse(torch: tuple[int, ...], low: int, more: int) -> None:
    order = [Fit.INCOMPATIBLE, Fit.UNKNOWN, Fit.COMPATIBLE]
    text = ".".join(map(str, torch))
    older, newer = driver(text, f"{low}.10"), driver(text, f"{low + more}.10")
    assert order.index(older.fit) <= order.index(newer.fit)


NEURON = {
    "torch-neuronx.version": "2.9.0.2.15.32035+0a1b2c3d",
    "neuronx-cc.version": "2.26.6360.0+8014aeb5",
    "aws-neuronx-runtime-lib.version": "2.33.10.0-0a1b2c3d",
}


def fits(facts: dict[str, str]) -> dict[str, Fit]:
    return {one.what: one.fit for one in found(facts)}


def test_packages_of_one_release_are_compatible_and_the_release_is_named() -> None:
    got = fits(NEURON)
    assert set(got.values()) == {Fit.COMPATIBLE}
    assert all("2.31.1" in what for what in got)


def test_a_package_of_another_release_is_found() -> None:
    got = found(NEURON | {"neuronx-cc.version": "2.25.3371.0"})
    (bad,) = [one for one in got if one.fit is not Fit.COMPATIBLE]
    assert bad.fit is Fit.INCOMPATIBLE
    assert bad.what == "neuronx-cc 2.25.3371.0 beside packages of Neuron SDK 2.31.1"
    assert bad.why == "Neuron SDK 2.31.1 lists neuronx-cc 2.26.6360.0"
    assert bad.source == "neuron.csv, 2.31.1, neuronx-cc"


def test_a_host_may_have_another_driver_than_its_containers() -> None:
    got = found(NEURON | {"aws.neuron.driver.version": "2.30.2.0"})
    (loose,) = [one for one in got if one.fit is not Fit.COMPATIBLE]
    assert loose.fit is Fit.UNKNOWN
    assert "the manifest does not say" in loose.why


def test_a_package_that_a_release_replaced_is_incompatible_and_its_successor_named() -> None:
    facts = {"aws.neuron.sdk.version": "2.32.0", "torch-neuronx.version": "2.9.0.2.15.32035"}
    one = only(facts)
    assert one.fit is Fit.INCOMPATIBLE
    assert "replaced by libtorch_neuronx_lite with torch-xla" in one.why
    now = {"libtorch-neuronx-lite.version": "2.12.0.1.0.1284", "torch_xla.version": "2.12.0"}
    assert set(fits({"aws.neuron.sdk.version": "2.32.0", **now}).values()) == {Fit.COMPATIBLE}


def test_a_package_that_a_release_lists_no_more_is_unknown() -> None:
    facts = {"aws.neuron.sdk.version": "2.32.0", "neuronx-distributed.version": "0.19.28492"}
    assert "2.31.1 is the latest to list" in only(facts).why
    assert only(facts).fit is Fit.UNKNOWN


def test_the_python_and_the_instance_of_a_package_are_compared() -> None:
    got = fits(NEURON | {"process.runtime.version": "3.10.12", "host.type": "inf1.xlarge"})
    torch = "torch-neuronx 2.9.0.2.15.32035+0a1b2c3d"
    assert got[f"{torch} on Python 3.10.12"] is Fit.INCOMPATIBLE
    assert got[f"{torch} on inf1.xlarge"] is Fit.INCOMPATIBLE
    good = fits(NEURON | {"process.runtime.version": "3.12.1", "host.type": "trn1n.32xlarge"})
    assert set(good.values()) == {Fit.COMPATIBLE}


@pytest.mark.parametrize(
    "facts",
    [
        {"neuronx-cc.version": "99.0"},
        {"aws.neuron.sdk.version": "9.0.0", "neuronx-cc.version": "2.26.6360.0"},
    ],
)
def test_a_release_that_no_table_holds_is_unknown(facts: dict[str, str]) -> None:
    assert only(facts).fit is Fit.UNKNOWN


def test_torch_xla_alone_is_not_neuron() -> None:
    assert found({"torch-xla.version": "2.12.0", "efa-installer.version": "1.47.0"}) == []


def test_only_pinned_combinations_of_efa_are_known() -> None:
    pinned = {
        "efa-installer.version": "1.42.0",
        "aws-ofi-nccl.version": "v1.16.0",
        "nccl.version": "2.27.5",
    }
    assert only(pinned).fit is Fit.COMPATIBLE
    assert only(pinned | {"nccl.version": "2.99"}).fit is Fit.UNKNOWN


def test_facts_of_devices_count_for_their_host_and_hosts_are_kept_apart() -> None:
    gpu = subject({"host.name": "a", "hw.id": "GPU-1"})
    other = subject({"host.name": "b"})
    got = check(
        [
            Fact(HOST, "torch.version", "2.11.0"),
            Fact(gpu, "nvidia.driver.version", "535.1"),
            Fact(other, "nvidia.driver.version", "590.1"),
        ]
    )
    assert [(one.subject, one.fit) for one in got] == [(HOST, Fit.INCOMPATIBLE)]


def test_several_values_of_one_fact_are_each_compared() -> None:
    facts = {"torch.version": "2.11.0, 2.10.0", "nvidia.driver.version": "570.26"}
    assert {one.fit for one in found(facts)} == {Fit.INCOMPATIBLE, Fit.COMPATIBLE}


@given(
    st.dictionaries(st.sampled_from([*NEURON, "torch.version", "host.type"]), st.text(max_size=20))
)
@settings(max_examples=50, deadline=None)
def test_any_text_is_a_finding_or_none_and_never_an_error(facts: dict[str, Any]) -> None:
    for one in found(facts):
        assert one.what
        assert one.why
        assert one.source or one.fit is Fit.UNKNOWN


def test_every_row_of_the_tables_can_be_compared() -> None:
    assert all(one.version and one.minor_driver for one in toolkits())
    assert all(version and row.python for version, row in torches().items())
    assert len(releases()) == 51
    assert all(row.sdk in releases() for rows in neuron().values() for row in rows)
    assert all(pin.efa_installer and pin.aws_ofi_nccl and pin.nccl for pin in efa_pins())


def test_versions_are_compared_as_numbers() -> None:
    assert numbers(" v2.9.1+cu128") == (2, 9, 1)
    assert numbers("nightly") == numbers("1." + "9" * 5000) == ()
    assert at_least((1, 2), (1, 2, 0))
    assert not at_least((1, 9), (1, 10))
    assert same((1, 2), (1, 2, 0))
