"""What grades add up to, each number with an interval or with the reason why it has none."""

from judge.statistics.alpha import Level, krippendorff_alpha
from judge.statistics.estimate import Estimate
from judge.statistics.kappa import agreement, cohen_kappa
from judge.statistics.mean import (
    UNBOUNDED,
    UNIT,
    Bounds,
    cluster_mean,
    mean_interval,
    student_mean,
    wilson,
)
from judge.statistics.order import flip_rate
from judge.statistics.prediction_powered import LEAST_LABELS, ppi_mean
from judge.statistics.stratified import stratified_labels, stratified_ppi

__all__ = [
    "LEAST_LABELS",
    "UNBOUNDED",
    "UNIT",
    "Bounds",
    "Estimate",
    "Level",
    "agreement",
    "cluster_mean",
    "cohen_kappa",
    "flip_rate",
    "krippendorff_alpha",
    "mean_interval",
    "ppi_mean",
    "stratified_labels",
    "stratified_ppi",
    "student_mean",
    "wilson",
]
