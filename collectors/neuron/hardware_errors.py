"""Lines of the kernel's log in which the Neuron driver reports a hardware error.

As in AWS's troubleshooting guide: NEURON_HW_ERR=SRAM_UNCORRECTABLE_ERROR instance-id=... hostname=... nd-id=0
nc-id=0 serial-num=... action=TERMINATE_INSTANCE
"""

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources

_MARK = b"NEURON_HW_ERR="
_FIELD = re.compile(r"([a-z-]+)=([\w.-]{1,64})")
_CLASS = re.compile(r"[A-Z][A-Z_]{2,63}")


@dataclass(frozen=True, slots=True)
class HardwareError:
    """`kind` is its class; `device` and `core` are None, `action` "" where the line does not say."""

    kind: str
    device: int | None
    core: int | None
    action: str


@functools.cache
def classes() -> dict[str, str]:
    """The severity of every class that is known."""
    text = (resources.files("collectors.neuron") / "errors.toml").read_text(encoding="utf-8")
    return {name: row["severity"] for name, row in tomllib.loads(text).items()}


def parse(line: bytes) -> HardwareError | None:
    """None for every other line."""
    mark = line.find(_MARK)
    if mark < 0:
        return None
    kind, _, rest = line[mark + len(_MARK) :].decode(errors="replace").partition(" ")
    if not _CLASS.fullmatch(kind.strip()):
        return None
    fields = dict(_FIELD.findall(rest))
    return HardwareError(
        kind.strip(), _number(fields, "nd-id"), _number(fields, "nc-id"), fields.get("action", "")
    )


def _number(fields: dict[str, str], name: str) -> int | None:
    text = fields.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() else None
