"""What grades add up to, each number with an interval or with the reason why it has none."""

from judge.statistics.alpha import krippendorff_alpha
from judge.statistics.estimate import Estimate
from judge.statistics.kappa import agreement, cohen_kappa
from judge.statistics.mean import cluster_mean, mean_interval, student_mean, wilson
from judge.statistics.order import flip_rate
from judge.statistics.prediction_powered import LEAST_LABELS, ppi_mean

__all__ = [
    "LEAST_LABELS",
    "Estimate",
    "agreement",
    "cluster_mean",
    "cohen_kappa",
    "flip_rate",
    "krippendorff_alpha",
    "mean_interval",
    "ppi_mean",
    "student_mean",
    "wilson",
]
