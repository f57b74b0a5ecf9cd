"""Which device, service or host a series is about, and what kind of thing that is."""

import re
from functools import lru_cache

from reinfra.model import Subject

SOURCE_LABEL = "reinfra.source"
"""Names the subject of what belongs to no device, service or host: the source itself."""

_HOST = ("host.name", "host.id")
_SERVICE = ("service.name", "service.instance.id")
_PLACES = (*_HOST, "service.name", "cloud.resource_id", SOURCE_LABEL)
_NUMBERED = re.compile(r"[a-z_]+\d+(?:\.[a-z_]+\d+)*")
_LETTERS = re.compile(r"[a-z]+")


@lru_cache(maxsize=200_000)
def subject_of(labels: Subject, source: str) -> Subject:
    """The labels that name what `labels` are about: a device, else a service, a host, a resource."""
    given = dict(labels)
    host = next(((name, given[name]) for name in _HOST if name in given), None)
    where = [host] if host else []
    if "hw.id" in given:
        return tuple(sorted([*where, ("hw.id", given["hw.id"])]))
    if "service.name" in given:
        return tuple(sorted(where + [(name, given[name]) for name in _SERVICE if name in given]))
    if host:
        return (host,)
    resource = given.get("cloud.resource_id")
    return (("cloud.resource_id", resource),) if resource else ((SOURCE_LABEL, source),)


@lru_cache(maxsize=200_000)
def kind_of(subject: Subject) -> str:
    """What has the same signals as its like: neuron.core for neuron1.core7, gpu for GPU-8f2a, host, service."""
    given = dict(subject)
    if "hw.id" in given:
        name = given["hw.id"].lower()
        if _NUMBERED.fullmatch(name):
            return re.sub(r"\d+", "", name)
        letters = _LETTERS.match(name)
        return letters.group() if letters else "device"
    return next(word for name, word in _KINDS if name in given)


_KINDS = (
    ("service.name", "service"),
    ("host.name", "host"),
    ("host.id", "host"),
    ("cloud.resource_id", "resource"),
    (SOURCE_LABEL, "source"),
)


def is_device(subject: Subject) -> bool:
    return any(name == "hw.id" for name, _ in subject)


@lru_cache(maxsize=200_000)
def place_of(subject: Subject) -> tuple[str, str]:
    """The label that incidents group by: a device belongs to its host."""
    given = dict(subject)
    return next((name, given[name]) for name in _PLACES if name in given)


def own_name(subject: Subject) -> str:
    """The device's, the service's or the resource's name; empty where the host itself is meant."""
    given = dict(subject)
    service = given.get("service.instance.id") or given.get("service.name")
    return given.get("hw.id") or service or given.get("cloud.resource_id") or ""


def named(subject: Subject) -> str:
    """As a person reads it: `GPU-8f2a on trn-1`, `vllm on trn-1`, `trn-1`."""
    given = dict(subject)
    own = own_name(subject)
    host = next((given[name] for name in _HOST if name in given), "")
    if own and host:
        return f"{own} on {host}"
    if SOURCE_LABEL in given:
        return f"source {given[SOURCE_LABEL]}"
    return own or host or ", ".join(given.values()) or "unknown"
