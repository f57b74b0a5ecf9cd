"""Gaps of live fleets as rows of a table."""

from reinfra.gaps.figure import Figure
from reinfra.gaps.live import LiveGap
from reinfra.gaps.selftest import EXPECTED, SelfTest
from reinfra.gaps.text import percent

COLUMNS = ("measure", "candidate", "baseline", "gap", "standing", "provenance", "notes")


def points(figure: Figure) -> str:
    """Such as "+1.02 points [+0.98, +1.06]", in percentage points, or the reason why there is no number."""
    if figure.value is None:
        return f"unknown: {figure.reason}"
    text = f"{100 * figure.value:+.3g} points"
    if figure.low is None or figure.high is None:
        return text
    return f"{text} [{100 * figure.low:+.3g}, {100 * figure.high:+.3g}]"


def row(one: LiveGap) -> tuple[object, ...]:
    figure = one.gap.figure
    why = (figure.reason,) if figure.value is not None and figure.reason else ()
    return (
        one.title,
        one.candidate.value,
        one.baseline.value,
        percent(figure) if one.relative else points(figure),
        str(one.gap.standing),
        str(one.provenance),
        "; ".join((*why, *one.notes)),
    )


def self_test_line(found: SelfTest) -> str:
    """What the halves said, in one sentence."""
    if found.rate is None or found.low is None or found.high is None:
        return f"cannot be tested: {found.reason}"
    return (
        f"{found.excluded} of {found.judged} pairs of random halves of {found.nodes} nodes over {found.hours} "
        f"hours exclude zero: {found.rate:.1%} [{found.low:.1%}, {found.high:.1%}] at a nominal 5 %, "
        f"{_judgement(found)}"
    )


def _judgement(found: SelfTest) -> str:
    if found.holds:
        return "as it should be"
    if (found.rate or 0.0) < EXPECTED[0]:
        return "less than it should be: the intervals are wider here than they need be"
    return "more than it should be: do not trust these intervals here"
