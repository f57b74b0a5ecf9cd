"""Which answers are judged: by chance within each stratum, the chance on record.

Sequential Poisson sampling (Ohlsson 1998, Journal of Official Statistics 14:149-162): each answer has a random
number of its own, and the smallest numbers relative to the wanted chances are taken. The number comes from the
answer's id, so a run that was killed chooses the same answers again.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from judge.inputs.given import Given

FLOOR = 100
BOOST = 4.0


@dataclass(frozen=True, slots=True)
class Plan:
    """`rate` of each stratum's answers, `floor` at least, flagged ones `boost` times as likely, `most` in all."""

    rate: float = 1.0
    floor: int = FLOOR
    boost: float = BOOST
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Sampled:
    """`probability` is the chance with which it was chosen; a mean weighs it by 1 / probability."""

    given: Given
    probability: float
    flags: tuple[str, ...] = ()


def sample(items: Sequence[Given], flags: Sequence[tuple[str, ...]], plan: Plan) -> list[Sampled]:
    """The chosen answers in the order of `items`; `flags[i]` is what was found about item i without a judge."""
    if not items or plan.most == 0:
        return []
    wanted = _wanted(items, flags, plan)
    count = min(len(items), max(1, round(float(wanted.sum()))))
    turn = np.where(wanted >= 1, 0.0, _numbers(items) / wanted)
    chosen = np.sort(np.argsort(turn, kind="stable")[:count])
    return [Sampled(items[i], float(min(wanted[i], 1.0)), flags[i]) for i in chosen.tolist()]


def _wanted(
    items: Sequence[Given], flags: Sequence[tuple[str, ...]], plan: Plan
) -> NDArray[np.float64]:
    sizes = Counter(item.stratum for item in items)
    least = {stratum: max(plan.rate, min(1.0, plan.floor / n)) for stratum, n in sizes.items()}
    boosts = np.where([bool(each) for each in flags], plan.boost, 1.0)
    wanted: NDArray[np.float64] = np.minimum(
        np.array([least[item.stratum] for item in items]) * boosts, 1.0
    )
    if plan.most is None or wanted.sum() <= plan.most:
        return wanted
    return np.multiply(wanted, plan.most / float(wanted.sum()))


def _numbers(items: Sequence[Given]) -> NDArray[np.float64]:
    """Between 0 and 1, from the ids: nobody who gives an answer an id can be let choose whether it is judged."""
    drawn = [
        hashlib.blake2b(f"sample\0{item.id}".encode(), digest_size=8).digest() for item in items
    ]
    numbers = np.array([int.from_bytes(each, "big") for each in drawn], np.float64)
    return (numbers + 1) / 2**64
