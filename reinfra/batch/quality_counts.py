"""What a run found, as counts: for each stratum how many trials it is worth, and how many passed.

Answers are judged with unlike chances, so each weighs 1 / probability. The count of trials is Kish's effective
one (Kish 1965, Survey Sampling, section 11.7): with it an exact interval of a share is about as wide as the sample
deserves. Equal chances leave the plain counts.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from judge.injection import Screened
from judge.integrity import Integrity
from judge.integrity_series import injection_batch, integrity_batch
from judge.pairs import combined
from judge.series import INVALID, SUCCESSES, TRIALS
from reinfra.model import ORIGIN_LABEL, Batch, InputError, Origin, SeriesKey, Verdict, VerdictStatus
from reinfra.signals import find
from reinfra.store.judging import Row


@dataclass(frozen=True, slots=True)
class Share:
    """`trials` effective ones with `successes`; `invalid` items of `asked` have no grade and are in neither.

    `answers` is how many answers the graded ones stand for.
    """

    stratum: str
    successes: float
    trials: float
    invalid: int
    asked: int
    answers: float


def shares(replies: Sequence[Row]) -> list[Share]:
    """By stratum. Both orders of a pair are one trial; where they disagree it is a tie."""
    items: dict[str, list[Row]] = defaultdict(list)
    for row in replies:
        items[row["item"]].append(row)
    strata: dict[str, list[tuple[float | None, float]]] = defaultdict(list)
    for rows in items.values():
        strata[rows[0]["stratum"]].append((_score(rows), 1 / rows[0]["probability"]))
    return [_share(stratum, strata[stratum]) for stratum in sorted(strata)]


def _score(rows: Sequence[Row]) -> float | None:
    return next(combined(map(_verdict, rows))).score


def _verdict(row: Row) -> Verdict:
    score = row["score"]
    if score is not None and row["order"] == "ba":
        score = 1 - score
    status = VerdictStatus(row["status"])
    return Verdict(row["item"], row["judge"], row["rubric"], status, score, "", row["order"])


def _share(stratum: str, graded: Sequence[tuple[float | None, float]]) -> Share:
    valid = [(score, weight) for score, weight in graded if score is not None]
    total = sum(weight for _, weight in valid)
    trials = total**2 / sum(weight**2 for _, weight in valid) if valid else 0.0
    mean = sum(score * weight for score, weight in valid) / total if valid else 0.0
    invalid = len(graded) - len(valid)
    return Share(stratum, mean * trials, trials, invalid, len(graded), total)


def batches(
    found: Sequence[Share],
    judge: str,
    at: int,
    origin: Origin,
    checks: Sequence[Integrity],
    screened: Sequence[Screened],
) -> Iterator[Batch]:
    """At `at`: grades by judge and stratum; beside them what was found without a judge."""
    labels = {ORIGIN_LABEL: str(origin)}
    yield Batch.at_instant(
        at, (pair for each in found for pair in _samples(each, {**labels, "judge": judge}))
    )
    if checks:
        yield integrity_batch(checks, at, labels)
        yield injection_batch(screened, at, labels)


def canary_batch(judge: str, at: int, origin: Origin, flips: int, graded: int) -> Batch:
    labels = {ORIGIN_LABEL: str(origin), "judge": judge}
    values = {"reinfra.judge.canary.items": graded, "reinfra.judge.canary.flips": flips}
    return Batch.at_instant(at, ((_key(name, labels), float(n)) for name, n in values.items()))


def _samples(share: Share, labels: dict[str, str]) -> Iterator[tuple[SeriesKey, float]]:
    own = {**labels, **({"stratum": share.stratum} if share.stratum else {})}
    values = {SUCCESSES: share.successes, TRIALS: share.trials, INVALID: float(share.invalid)}
    return ((_key(metric, own), value) for metric, value in values.items())


def _key(metric: str, labels: dict[str, str]) -> SeriesKey:
    signal = find(metric)
    if signal is None:
        raise InputError(f"{metric} is missing", where="reinfra/signals/tables")
    return signal.key(labels)
