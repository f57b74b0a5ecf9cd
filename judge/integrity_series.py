"""What was found without a judge as series of their own, apart from every judge's grades."""

from collections.abc import Iterable, Iterator, Mapping

from judge.injection import Screened
from judge.integrity import Integrity, count_flaws
from reinfra.model import Batch, InputError, SeriesKey
from reinfra.signals import find

CHECKED, WHOLE = "reinfra.integrity.checked", "reinfra.integrity.whole"
GROUNDED, FLAWED = "reinfra.integrity.grounded", "reinfra.integrity.flawed"
SCREENED, FLAGGED = "reinfra.injection.screened", "reinfra.injection.flagged"

Sample = tuple[SeriesKey, float]


def integrity_batch(checks: Iterable[Integrity], at: int, labels: Mapping[str, str]) -> Batch:
    """Counts at `at`, the window's beginning; FLAWED once for each flaw, named by the label `flaw`.

    Of the flaws that need a context the share is taken of GROUNDED, of all others of CHECKED.
    """
    counted = count_flaws(checks)
    totals = {CHECKED: counted.checked, GROUNDED: counted.grounded, WHOLE: counted.whole}
    samples = [_sample(name, count, labels) for name, count in totals.items()]
    samples += [
        _sample(FLAWED, count, {**labels, "flaw": str(flaw)})
        for flaw, count in counted.flaws.items()
    ]
    return Batch.at_instant(at, samples)


def injection_batch(screened: Iterable[Screened], at: int, labels: Mapping[str, str]) -> Batch:
    """How many answers were screened at `at`, and how many of them flagged."""
    flags = [one.flagged for one in screened]
    return Batch.at_instant(at, _screened(flags, labels))


def _screened(flags: list[bool], labels: Mapping[str, str]) -> Iterator[Sample]:
    yield _sample(SCREENED, len(flags), labels)
    yield _sample(FLAGGED, sum(flags), labels)


def _sample(metric: str, count: int, labels: Mapping[str, str]) -> Sample:
    signal = find(metric)
    if signal is None:
        raise InputError(f"{metric} is missing", where="reinfra/signals/tables")
    return signal.key(dict(labels)), float(count)
