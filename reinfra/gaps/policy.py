"""Which instance family is purpose-built and which is adapted: a policy, kept as data."""

import enum
import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import Any

from reinfra.model import InputError


class Infrastructure(enum.StrEnum):
    PURPOSE_BUILT = "purpose-built"
    ADAPTED = "adapted"
    UNCLASSIFIED = "unclassified"


@dataclass(frozen=True, slots=True)
class ClassRule:
    """`families` are shell patterns of instance families, such as "trn*"."""

    families: tuple[str, ...]
    infrastructure: Infrastructure
    reason: str
    in_ultracluster: Infrastructure | None = None

    def names(self, family: str) -> bool:
        return any(fnmatchcase(family, pattern) for pattern in self.families)


@dataclass(frozen=True, slots=True)
class Classified:
    """What an instance type counts as, why, and by which version of the policy."""

    infrastructure: Infrastructure
    reason: str
    policy: str


@dataclass(frozen=True, slots=True)
class ClassPolicy:
    version: str
    rules: tuple[ClassRule, ...]

    def classify(self, instance_type: str, *, ultracluster: bool = False) -> Classified:
        """The class of an instance type such as "ml.g5.24xlarge"; a family nobody named has none."""
        family = family_of(instance_type)
        rule = next((rule for rule in self.rules if rule.names(family)), None)
        if rule is None:
            reason = f"no rule of policy {self.version} names the family {family!r}"
            return Classified(Infrastructure.UNCLASSIFIED, reason, self.version)
        placed = rule.in_ultracluster if ultracluster else None
        return Classified(placed or rule.infrastructure, rule.reason, self.version)

    def overridden(self, own: "ClassPolicy") -> "ClassPolicy":
        """The same policy with a team's own rules in front of it."""
        return replace(
            self, version=f"{own.version} over {self.version}", rules=own.rules + self.rules
        )


def family_of(instance_type: str) -> str:
    """The p6-b200 of "ml.p6-b200.48xlarge"."""
    return instance_type.removeprefix("ml.").partition(".")[0]


@functools.cache
def default_policy() -> ClassPolicy:
    text = resources.files("reinfra.gaps").joinpath("policy.toml").read_text()
    return parse_policy(text, "policy.toml")


def read_policy(path: Path) -> ClassPolicy:
    """The team's own rules in front of the shipped ones. Raises InputError for a file that is no policy."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("cannot read the class policy", where=str(path), why=str(error)) from error
    return default_policy().overridden(parse_policy(text, str(path)))


def parse_policy(text: str, where: str) -> ClassPolicy:
    try:
        table = tomllib.loads(text)
        rules = tuple(_rule(row) for row in table["rule"])
        return ClassPolicy(str(table["version"]), rules)
    except tomllib.TOMLDecodeError as error:
        raise InputError("not a TOML file", where=where, why=str(error)) from error
    except KeyError as error:
        raise InputError(f"the class policy lacks the key {error}", where=where) from error
    except (TypeError, ValueError) as error:
        raise InputError(
            "a rule of the class policy cannot be read",
            where=where,
            why=str(error),
            todo="Classes are purpose-built, adapted and unclassified",
        ) from error


def _rule(row: Mapping[str, Any]) -> ClassRule:
    families = row["families"]
    if not isinstance(families, list):
        raise TypeError(f"families must be a list, not {families!r}")
    placed = row.get("in_ultracluster")
    return ClassRule(
        tuple(str(family) for family in families),
        Infrastructure(row["class"]),
        str(row["reason"]),
        Infrastructure(placed) if placed else None,
    )
