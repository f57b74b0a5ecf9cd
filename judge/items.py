"""What is graded, by judges and by people: a set of items with its verdicts and human labels."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from reinfra.model import InputError, Verdict


@dataclass(frozen=True, slots=True)
class Item:
    """One answer to grade, or one pair of answers.

    `stratum` is the group whose quality is asked for (model x prompt version x accelerator), `cluster` the
    question or document it shares with others (empty: it stands alone), `systems` the names of those
    who answered, in the order in which a score of 1 means "the first". `text_sha256` names the text
    without holding it.
    """

    id: str
    stratum: str = ""
    cluster: str = ""
    systems: tuple[str, ...] = ()
    text_sha256: str = ""


@dataclass(frozen=True, slots=True)
class HumanLabel:
    """One person's grade of one item: `value` from 0 to 1 on the scale of the verdicts."""

    item: str
    rater: str
    value: float


@dataclass(frozen=True, slots=True)
class GradedSet:
    """Items with what judges and people said about them.

    `meaning` says in one sentence what the mean of the scores is, for it differs: a share of correct
    answers, a win rate. Raises InputError for an
    item, a verdict or a label that is given twice, and for a grade of an unknown item.
    """

    name: str
    meaning: str
    items: tuple[Item, ...]
    verdicts: tuple[Verdict, ...]
    labels: tuple[HumanLabel, ...]

    def __post_init__(self) -> None:
        self._refuse_repeats("appears twice", (item.id for item in self.items))
        said = ((each.item, each.judge, each.rubric, each.order) for each in self.verdicts)
        self._refuse_repeats("is a verdict given twice", said)
        self._refuse_repeats("is a label given twice", ((e.item, e.rater) for e in self.labels))
        known = {item.id for item in self.items}
        graded = {each.item for each in self.verdicts} | {each.item for each in self.labels}
        unknown = min(graded - known, default=None)
        if unknown is not None:
            raise InputError(f"item {unknown!r} is graded but not in the set", where=self.name)

    def _refuse_repeats(self, what: str, names: Iterable[Hashable]) -> None:
        name, count = next(iter(Counter(names).most_common(1)), ("", 0))
        if count > 1:
            raise InputError(f"{name!r} {what}", where=self.name)

    @property
    def judges(self) -> tuple[str, ...]:
        """One name for each judge under each rubric: with several, "judge, rubric"."""
        return tuple(sorted(self._named()))

    def by(self, judge: str) -> tuple[Verdict, ...]:
        """The verdicts of one of `judges`, all under one rubric."""
        pair = self._named().get(judge)
        return tuple(each for each in self.verdicts if (each.judge, each.rubric) == pair)

    def by_judge(self) -> dict[str, list[Verdict]]:
        """The verdicts of each of `judges`, in the order of their names."""
        found: dict[str, list[Verdict]] = {name: [] for name in self.judges}
        name_of = {pair: name for name, pair in self._named().items()}
        for each in self.verdicts:
            found[name_of[each.judge, each.rubric]].append(each)
        return found

    def _named(self) -> dict[str, tuple[str, str]]:
        """Judge and rubric by the name they are reported under."""
        pairs = {(each.judge, each.rubric) for each in self.verdicts}
        rubrics = Counter(judge for judge, _ in pairs)
        return {
            f"{judge}, {rubric}" if rubrics[judge] > 1 else judge: (judge, rubric)
            for judge, rubric in pairs
        }

    def restricted(self, items: Iterable[Item], name: str) -> "GradedSet":
        """The set of these items only."""
        kept = tuple(items)
        ids = {item.id for item in kept}
        return replace(
            self,
            name=name,
            items=kept,
            verdicts=tuple(verdict for verdict in self.verdicts if verdict.item in ids),
            labels=tuple(label for label in self.labels if label.item in ids),
        )

    def stratum(self, stratum: str) -> "GradedSet":
        chosen = (item for item in self.items if item.stratum == stratum)
        return self.restricted(chosen, f"{self.name}, {stratum}")

    def with_labels_on(self, count: int, generator: np.random.Generator) -> "GradedSet":
        """The same set as if people had labelled only `count` items, drawn at random.

        This is what a service has: many verdicts, few labels. It needs a random draw, because the
        correction takes the labelled items to be like the others.
        """
        labelled = sorted({label.item for label in self.labels})
        count = min(count, len(labelled))
        kept = set(generator.choice(labelled, count, replace=False).tolist() if count else [])
        return replace(self, labels=tuple(label for label in self.labels if label.item in kept))
