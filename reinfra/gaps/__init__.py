"""Purpose-built against adapted infrastructure: every figure has an interval, or a reason why there is none."""

from reinfra.gaps.compare import Setting, compare
from reinfra.gaps.figure import Figure
from reinfra.gaps.fmbench import read_fmbench
from reinfra.gaps.policy import ClassPolicy, Infrastructure, default_policy, read_policy
from reinfra.gaps.prices import Price, read_prices
from reinfra.gaps.recorded import compare_recorded
from reinfra.gaps.scorecard import Outcome, Refusal, Scorecard, to_json
from reinfra.gaps.text import lines, summary

__all__ = [
    "ClassPolicy",
    "Figure",
    "Infrastructure",
    "Outcome",
    "Price",
    "Refusal",
    "Scorecard",
    "Setting",
    "compare",
    "compare_recorded",
    "default_policy",
    "lines",
    "read_fmbench",
    "read_policy",
    "read_prices",
    "summary",
    "to_json",
]
