"""Metrics pages as columns: Prometheus text 0.0.4, OpenMetrics text 1.0, and Prometheus' protobuf."""

from collectors.exposition.model import UNTIMED, Exposition, Family, Native, Point, Type
from collectors.exposition.negotiate import Grammar, accept, grammar_of
from collectors.exposition.reader import Reader

__all__ = [
    "UNTIMED",
    "Exposition",
    "Family",
    "Grammar",
    "Native",
    "Point",
    "Reader",
    "Type",
    "accept",
    "grammar_of",
]
