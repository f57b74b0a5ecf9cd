"""Gaps of live fleets as rows of a table."""

from reinfra.gaps.live import LiveGap
from reinfra.gaps.text import percent

COLUMNS = ("measure", "candidate", "baseline", "gap", "standing", "provenance", "notes")


def row(one: LiveGap) -> tuple[object, ...]:
    figure = one.gap.figure
    unit = "" if one.relative else " points"
    why = (figure.reason,) if figure.value is not None and figure.reason else ()
    return (
        one.title,
        one.candidate.value,
        one.baseline.value,
        percent(figure) + (unit if figure.value is not None else ""),
        str(one.gap.standing),
        str(one.provenance),
        "; ".join((*why, *one.notes)),
    )
