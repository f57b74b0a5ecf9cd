"""XID codes: what NVIDIA's driver reports of a GPU, and what each calls for.

The catalogue beside this file is NVIDIA's Xid catalogue as leptonai/gpud (commit 4a8de33) carries it, with
the codes that aws/eks-node-monitoring-agent (commit 51af549) calls fatal for a node; both Apache-2.0. Empty
cells are unknown.
"""

import csv
import functools
from dataclasses import dataclass
from importlib import resources

from reinfra.model import Severity


@dataclass(frozen=True, slots=True)
class Xid:
    """`action` is NVIDIA's immediate resolution, such as RESET_GPU; "" where none is known."""

    code: int
    description: str
    action: str
    severity: Severity


def xid(code: int) -> Xid:
    """What the catalogue knows of this code; one it does not know may be anything, and is a warning."""
    return _catalogue().get(code) or Xid(code, "", "", Severity.WARNING)


@functools.cache
def _catalogue() -> dict[int, Xid]:
    text = (resources.files("reinfra.signals") / "xid_catalogue.csv").read_text(encoding="utf-8")
    return {int(row["xid"]): _row(row) for row in csv.DictReader(text.splitlines(keepends=True))}


def _row(row: dict[str, str]) -> Xid:
    fatal = row["eks_node_monitor_fatal"] == "1"
    harmless = row["immediate_resolution"] == "IGNORE"
    severity = Severity.WARNING
    if fatal != harmless:  # where the two sources contradict each other, neither is believed
        severity = Severity.CRITICAL if fatal else Severity.INFO
    code = int(row["xid"])
    return Xid(code, row["description"], row["immediate_resolution"], severity)
