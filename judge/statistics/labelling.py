"""Which answers people should label next, and when a label no longer speaks for the answers of today."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from judge.statistics.prediction_powered import LEAST_LABELS
from judge.statistics.stratified import Strata

PER_WEEK = 20
WEEK = 7 * 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Basis:
    """What a correction was learned on: it speaks for nothing else.

    A correction learned on one answering model and kept after the model had changed was wrong by up to 26
    points with a weak judge, and by 3 with GPT-4.
    """

    model: str
    prompt_version: str
    judge: str


def expired(learned: Basis, now: Basis) -> str:
    """What has changed since, in words; "" while the labels still count."""
    changes = (
        ("the answering model", learned.model, now.model),
        ("the prompt", learned.prompt_version, now.prompt_version),
        ("the judge", learned.judge, now.judge),
    )
    changed = [f"{what} was {was!r}, is {new!r}" for what, was, new in changes if was != new]
    return "; ".join(changed)


class Why(enum.StrEnum):
    UNCALIBRATED = "too few labels"
    REFRESH = "this week's share"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Item `item` of stratum `stratum`, drawn with this `probability` among those that have no label."""

    item: int
    stratum: int
    probability: float
    why: Why


def next_to_label(
    strata: Strata,
    counting: NDArray[np.bool_],
    fresh: Sequence[int],
    budget: int,
    generator: np.random.Generator,
) -> tuple[Wanted, ...]:
    """At most `budget` items, drawn at random within each stratum.

    `counting[i]` says that item i has a label that has not expired; `fresh[s]` is how many labels stratum s
    got in the last WEEK. Strata below LEAST_LABELS come first, the nearest to it before the others: one
    that is calibrated is of more use than two that are half done. Then each stratum gets PER_WEEK.

    Which items a judge finds hard plays no part: labels of chosen items would correct only those.
    """
    have = np.bincount(strata[counting], minlength=len(fresh))
    missing = np.maximum(LEAST_LABELS - have, 0)
    weekly = np.where(missing == 0, np.maximum(PER_WEEK - np.asarray(fresh), 0), 0)
    found: list[Wanted] = []
    wanted = [
        *((int(s), int(missing[s]), Why.UNCALIBRATED) for s in np.argsort(missing) if missing[s]),
        *((int(s), int(weekly[s]), Why.REFRESH) for s in np.argsort(-weekly) if weekly[s]),
    ]
    for stratum, count, why in wanted:
        open_ = np.flatnonzero((strata == stratum) & ~counting)
        take = min(count, open_.size, budget - len(found))
        if take > 0:
            chance = take / open_.size
            drawn = np.sort(generator.choice(open_, take, replace=False)).tolist()
            found += [Wanted(item, stratum, chance, why) for item in drawn]
    return tuple(found)
