"""A report as the fields that machines read: the JSON of `reinfra judge report`."""

from math import isnan
from typing import Any

from judge.report import Badge, JudgeReport, SetReport, Standing, StratumReport
from judge.statistics import LEAST_LABELS, Estimate

Fields = dict[str, Any]


def set_fields(report: SetReport, notes: tuple[str, ...] = ()) -> Fields:
    """NaN is a figure that is not known; beside it, or beside a missing interval, stands the reason."""
    return {
        "set": report.name,
        "meaning": report.meaning,
        "items": report.items,
        "alpha": _figure(report.alpha),
        "judges": [_judge(each, report.alpha) for each in report.judges],
        "notes": list(notes),
    }


def _judge(one: JudgeReport, people: Estimate) -> Fields:
    of_people = not isnan(people.value)
    alpha = {"of": "people"} | _figure(people)
    with_people = {"of": "judge and people"} | _figure(one.alpha)
    return {
        "judge": one.judge,
        **_standing(one.standing),
        "raw": _mean(one.raw),
        "raw_independent": _mean(one.naive),
        "labels_only": _mean(one.by_labels),
        "ppi": _mean(one.corrected),
        "agreement": _figure(one.agreement),
        "kappa": _figure(one.kappa),
        "alpha": alpha if of_people else with_people,
        "alpha_with_people": with_people,
        "flip_rate": _figure(one.flips),
        "strata": [_stratum(each) for each in one.strata],
    }


def _stratum(one: StratumReport) -> Fields:
    return {
        "stratum": one.stratum,
        **_standing(one.standing),
        "raw": _mean(one.raw),
        "labels_only": _mean(one.by_labels),
        "ppi": _mean(one.corrected),
    }


def _standing(one: Standing) -> Fields:
    return {
        "n": one.asked,
        "invalid": one.invalid,
        "invalid_share": one.invalid_rate,
        "labelled": one.labelled,
        "badge": one.badge,
        "degraded": one.badge is Badge.DEGRADED,
        "uncalibrated": one.labelled < LEAST_LABELS,
        "reason": one.reason,
    }


def _mean(estimate: Estimate) -> Fields:
    return {"mean": estimate.value} | _spread(estimate)


def _figure(estimate: Estimate) -> Fields:
    return {"value": estimate.value} | _spread(estimate)


def _spread(estimate: Estimate) -> Fields:
    interval = [estimate.low, estimate.high] if estimate.has_interval else None
    return {
        "low": estimate.low,
        "high": estimate.high,
        "interval": interval,
        "n": estimate.n,
        "method": estimate.method,
        "reason": estimate.reason,
    }
