"""What names a gen_ai request: the labels of its series, the ids of its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.otlp.attributes import fault
from collectors.otlp.prompts import Prompts
from reinfra.model import Answer

_OF_RESOURCE = ("service.name", "service.namespace", "deployment.environment.name", "cloud.region")
_OF_REQUEST: dict[str, tuple[str, ...]] = {
    "gen_ai.operation.name": (),
    "gen_ai.prompt.name": (),
    "gen_ai.provider.name": ("gen_ai.system",),
    "gen_ai.request.model": (),
    "gen_ai.response.model": (),
    "server.address": (),
}
"""Labels, and the attribute that conventions before v1.37 have instead. Nothing of a single request."""
PROMPT_VERSION = "reinfra.prompt.version"


@dataclass(frozen=True, slots=True)
class Naming:
    """`labels` are of the settings; `versions` are attributes of which the first found is the prompt's version."""

    labels: Mapping[str, str]
    versions: tuple[str, ...]
    prompts: Prompts = field(default_factory=Prompts, compare=False)

    def labels_of(
        self, resource: Mapping[str, str], attributes: Mapping[str, Any]
    ) -> dict[str, str]:
        """What a request's series carry; too few to tell one request from another."""
        own = {name: resource[name] for name in _OF_RESOURCE if name in resource}
        for name, older in _OF_REQUEST.items():
            found = next((attributes[one] for one in (name, *older) if attributes.get(one)), None)
            if found is not None:
                own[name] = str(found)
        version = self.version(attributes)
        self.prompts.note(own, version)
        return {**self.labels, **own, **({PROMPT_VERSION: version} if version else {})}

    def version(self, attributes: Mapping[str, Any]) -> str:
        found = (attributes[name] for name in self.versions if attributes.get(name))
        return str(next(found, ""))

    def answer(
        self,
        identity: str,
        at: int,
        resource: Mapping[str, str],
        attributes: Mapping[str, Any],
        asked: str,
        answered: str,
    ) -> Answer:
        return Answer(
            id=identity,
            at=at,
            service=resource.get("service.name", ""),
            model=model_of(attributes),
            input=asked,
            output=answered,
            prompt_version=self.version(attributes),
        )


def model_of(attributes: Mapping[str, Any]) -> str:
    """The model that answered, or else the one that was asked."""
    names = ("gen_ai.response.model", "gen_ai.request.model")
    return next((str(attributes[name]) for name in names if attributes.get(name)), "")


def is_request(attributes: Mapping[str, Any]) -> bool:
    """Whether these are of a call to a model, or of an agent's or a tool's part in one."""
    names = ("gen_ai.operation.name", "gen_ai.request.model", "gen_ai.response.model")
    return any(attributes.get(name) for name in names) or "gen_ai.latency.e2e" in attributes


def span_id(one: Any) -> str:  # noqa: ANN401 - protobuf's classes have no types
    """Trace and span of a span or a log record; "" where it is of none."""
    return f"{one.trace_id.hex()}-{one.span_id.hex()}" if one.trace_id and one.span_id else ""


def label_fault(labels: Mapping[str, str]) -> str:
    return fault(dict(labels))
