"""Of several alarms at once, which one is to be believed."""

import enum
from dataclasses import dataclass

from judge.canary import CanaryResult, CanaryState


class Cause(enum.StrEnum):
    NONE = "nothing"
    JUDGE = "the judge changed"
    SERVING = "serving fault"
    QUALITY = "answer quality"


@dataclass(frozen=True, slots=True)
class Blame:
    """`suppressed` are alarms that the cause explains: they are shown, and wake nobody."""

    cause: Cause
    why: str
    suppressed: tuple[Cause, ...] = ()


def blame(canary: CanaryResult | None, *, integrity_alarm: bool, quality_alarm: bool) -> Blame:
    """The canary first: a judge that has changed says nothing of answers. Then answers that are not whole:
    a fault of serving lowers quality too. Only what is left is about the answers themselves.

    Integrity is checked without the judge, so an alarm of it stands beside the judge's.
    """
    quality = (Cause.QUALITY,) if quality_alarm else ()
    if canary is not None and canary.state is CanaryState.CHANGED:
        also = "; answers are not whole either" if integrity_alarm else ""
        return Blame(Cause.JUDGE, f"canary: {canary.reason}{also}", quality)
    if integrity_alarm:
        return Blame(Cause.SERVING, "more answers than usual are not whole", quality)
    if quality_alarm:
        unsure = canary is None or canary.state is CanaryState.UNKNOWN
        why = "no canary says that the judge is the same" if unsure else "the judge is the same"
        return Blame(Cause.QUALITY, f"answers are graded lower, and are whole; {why}")
    return Blame(Cause.NONE, "no alarm")
