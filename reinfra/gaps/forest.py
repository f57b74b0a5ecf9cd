"""The strata one by one, and whether they tell the same story as the whole."""

import numpy as np

from reinfra.gaps.effects import Effects
from reinfra.gaps.figure import Draws, Figure, relative, unknown
from reinfra.gaps.scorecard import Gate, Outcome, StratumRow

FAMILY_ERROR = 0.05  # shared among the strata, since the flag looks at all of them


def forest(found: tuple[Effects, ...], whole: Figure) -> tuple[StratumRow, ...]:
    """One row per stratum; `whole` is the combined time per output token."""
    level = 1 - FAMILY_ERROR / len(found)
    return tuple(_row(one, whole, level) for one in found)


def _row(one: Effects, whole: Figure, level: float) -> StratumRow:
    stratum, strict = one.stratum, _figure(one, one.time_per_token, level)
    return StratumRow(
        stratum.payload,
        stratum.concurrency,
        len(stratum.candidate),
        len(stratum.baseline),
        stratum.weight,
        int(stratum.candidate.errors.sum()),
        int(stratum.baseline.errors.sum()),
        _figure(one, one.latency),
        _figure(one, one.time_per_token),
        opposite=whole.value is not None and strict.sign * whole.value < 0,
    )


def _figure(one: Effects, log_ratio: Draws, level: float = 0.95) -> Figure:
    return relative(log_ratio, level) if np.isfinite(log_ratio[0]) else unknown(one.why_no_median)


def sign_gates(naive: Figure, matched: Figure, rows: tuple[StratumRow, ...]) -> tuple[Gate, ...]:
    """Whether the naive latency points the wrong way, and whether strata contradict the whole."""
    turned = matched.sign * (naive.value or 0.0) < 0
    said = f"pooled latency says {naive.value:+.0%}, matched time per output token "
    said += f"{matched.value:+.0%}" if matched.value is not None else "is unknown"
    against = [f"{row.payload} x {row.concurrency}" for row in rows if row.opposite]
    return (
        Gate("naive sign", Outcome.FLAGGED if turned else Outcome.PASSED, said),
        Gate(
            "opposite strata",
            Outcome.FLAGGED if against else Outcome.PASSED,
            f"strata that contradict the whole: {', '.join(against) or 'none'}",
        ),
    )
