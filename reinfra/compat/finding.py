"""What is found about versions that should go together."""

import enum
from dataclasses import dataclass

from reinfra.model import Subject

READ_ON = "2026-11-20"
"""When the tables were read; whatever came out later is unknown."""


class Fit(enum.StrEnum):
    COMPATIBLE = "compatible"
    INCOMPATIBLE = "incompatible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Compatibility:
    """`what` names the versions that were compared, `why` the rule or what is not known.

    `source` names the table and the row that it rests on; "" where no row says anything.
    """

    subject: Subject
    fit: Fit
    what: str
    why: str
    source: str = ""
