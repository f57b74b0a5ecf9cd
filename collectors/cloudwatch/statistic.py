"""What CloudWatch's statistics are: counts of a period, or levels that say which statistic they are.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from reinfra.model import Kind

COUNTS = ("Sum", "SampleCount")
_COUNTING = ("tc", "ts")  # trimmed count, trimmed sum
_WORDS = {"Average": "mean", "Minimum": "min", "Maximum": "max", "SampleCount": "count"}

LABEL = "reinfra.statistic"


def kind(statistic: str) -> Kind:
    """A sum or count holds for its period only; a mean or percentile is a level that is never summed."""
    if statistic in COUNTS or statistic.startswith(_COUNTING):
        return Kind.PERIOD_COUNT
    return Kind.GAUGE


def word(statistic: str) -> str:
    """How a label names it: mean, max, p99."""
    return _WORDS.get(statistic, statistic.lower())
