from pathlib import Path

import pytest

from reinfra.gaps.policy import Infrastructure, default_policy, read_policy
from reinfra.model import InputError


@pytest.mark.parametrize(
    ("instance", "expected"),
    [
        ("trn2.48xlarge", Infrastructure.PURPOSE_BUILT),
        ("ml.inf2.24xlarge", Infrastructure.PURPOSE_BUILT),
        ("ml.g5.24xlarge", Infrastructure.ADAPTED),
        ("p4d.24xlarge", Infrastructure.ADAPTED),
        ("p6-b200.48xlarge", Infrastructure.ADAPTED),
        ("c7i.8xlarge", Infrastructure.ADAPTED),
        ("x2gd.metal", Infrastructure.UNCLASSIFIED),
        ("Standard_ND96", Infrastructure.UNCLASSIFIED),
        ("", Infrastructure.UNCLASSIFIED),
    ],
)
def test_a_family_has_the_class_of_the_policy_or_none(
    instance: str, expected: Infrastructure
) -> None:
    found = default_policy().classify(instance)
    assert found.infrastructure is expected
    assert found.reason
    assert found.policy == default_policy().version


def test_only_an_ultracluster_makes_a_gpu_server_purpose_built() -> None:
    classify = default_policy().classify
    assert classify("p5.48xlarge", ultracluster=True).infrastructure is Infrastructure.PURPOSE_BUILT
    assert classify("g5.48xlarge", ultracluster=True).infrastructure is Infrastructure.ADAPTED


def test_own_rules_go_before_the_shipped_ones(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        'version = "7"\n[[rule]]\nfamilies = ["p4d"]\nclass = "purpose-built"\nreason = "ours"\n'
    )
    policy = read_policy(file)
    assert policy.classify("p4d.24xlarge").infrastructure is Infrastructure.PURPOSE_BUILT
    assert policy.classify("g5.xlarge").infrastructure is Infrastructure.ADAPTED
    assert policy.version.startswith("7 over ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = ", "not a TOML file"),
        ('version = "1"', "lacks the key 'rule'"),
        ('version="1"\n[[rule]]\nfamilies=["a"]\nclass="cheap"\nreason=""', "'cheap'"),
        ('version="1"\n[[rule]]\nfamilies="a"\nclass="adapted"\nreason=""', "must be a list"),
    ],
)
def test_a_broken_policy_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    with pytest.raises(InputError) as raised:
        read_policy(file)
    assert said in str(raised.value)
    assert str(file) in str(raised.value)


def test_a_policy_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the class policy"):
        read_policy(tmp_path / "none.toml")
