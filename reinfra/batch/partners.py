"""Series that a detector wants beside others: the trials of a share, the loads of a latency."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from detectors.choice_rules import PEERS
from detectors.siblings import group
from reinfra.store import Stored

Label = tuple[str, str]
_NONE = ("", "")
_FREE = "gen_ai.token.type"
"""Tokens in and out belong to the same requests."""


@dataclass(slots=True)
class Partners:
    """Candidates, each found by the rarest of its labels: it belongs to a series that has all of them.

    Of siblings, those of the same group belong together.
    """

    siblings: bool
    by_label: dict[object, list[tuple[frozenset[Label], Stored]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    @classmethod
    def of(cls, name: str, metrics: Sequence[str], series: Iterable[Stored]) -> Self:
        """Those of these metrics among `series`."""
        found = cls(name == PEERS)
        chosen = [one for one in series if one.key.metric in metrics] if metrics else []
        labels = [frozenset(pair for pair in one.key.labels if pair[0] != _FREE) for one in chosen]
        often = Counter(pair for each in labels for pair in each)
        for one, each in zip(chosen, labels, strict=True):
            if found.siblings:
                family = group(one.key) or (None, None)
                found.by_label[family[1]].append((frozenset(), one))
            else:
                rarest = min(each, key=lambda pair: (often[pair], pair), default=_NONE)
                found.by_label[rarest].append((each, one))
        return found

    def of_any(self, part: Sequence[Stored]) -> list[Stored]:
        """What belongs to any of these, in the order of ids."""
        found: dict[int, Stored] = {}
        for one in part if self.by_label else ():
            found |= {other.id: other for other in self._of(one)}
        own = {one.id for one in part}
        return [found[id_] for id_ in sorted(found) if id_ not in own]

    def _of(self, one: Stored) -> Iterable[Stored]:
        if self.siblings:
            family = group(one.key)
            return (other for _, other in self.by_label.get(family[1], ())) if family else ()
        own = set(one.key.labels)
        return (
            other
            for pair in (*one.key.labels, _NONE)
            for labels, other in self.by_label.get(pair, ())
            if labels <= own
        )
