"""Under which licences the recordings that ship with reinfra may be used."""

import json
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Licence:
    file: str
    what: str
    by: str
    licence: str
    changes: str


def licences() -> tuple[Licence, ...]:
    """One row per shipped file, from the manifest beside them."""
    text = resources.files("reinfra.demo").joinpath("data/MANIFEST.json").read_text("utf-8")
    names = ("file", "what", "by", "licence", "changes")
    return tuple(Licence(*(str(row[name]) for name in names)) for row in json.loads(text)["files"])
