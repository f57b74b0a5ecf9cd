"""How far each judge can be trusted, from the graded sets in the store."""

from dataclasses import dataclass

import numpy as np

from judge.report import JudgeReport, SetReport, report
from reinfra.batch.quality import load
from reinfra.model.randomness import SEED
from reinfra.store import Store, grades
from reinfra.store.grades import SetInfo


@dataclass(frozen=True, slots=True)
class Quality:
    """A set's report with where it comes from; its judges by agreement, the best first."""

    info: SetInfo
    report: SetReport

    @property
    def judges(self) -> tuple[JudgeReport, ...]:
        return tuple(sorted(self.report.judges, key=_agreement))


def qualities(store: Store) -> tuple[Quality, ...]:
    """Every graded set that judges have graded, by name. Takes seconds for many judges."""
    with store.reading() as connection:
        infos = grades.listing(connection)
    sets = [(info, load(store, info.name)) for info in infos]
    return tuple(
        Quality(info, report(graded, np.random.default_rng(SEED)))
        for info, graded in sets
        if graded.judges
    )


def best(found: tuple[Quality, ...]) -> tuple[Quality, JudgeReport] | None:
    """The judge that agrees best with people, on the set that most judges graded; None without labels."""
    labelled = [one for one in found if one.judges[0].labelled]
    if not labelled:
        return None
    chosen = max(labelled, key=lambda one: len(one.judges))
    return chosen, chosen.judges[0]


def _agreement(one: JudgeReport) -> tuple[float, str]:
    return (-one.agreement.value if np.isfinite(one.agreement.value) else 1.0, one.judge)
