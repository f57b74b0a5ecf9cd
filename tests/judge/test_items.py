import pytest

from judge.items import GradedSet, HumanLabel, Item
from reinfra.model import InputError, Verdict, VerdictStatus
from tests.judge.recorded_sets import generator, pandalm

ONE = Verdict("a", "gpt", "r", VerdictStatus.OK, 1.0)


@pytest.mark.parametrize(
    ("items", "verdicts", "labels", "why"),
    [
        (("a", "a"), (), (), "'a' appears twice"),
        (("a",), (ONE, ONE), (), "verdict given twice"),
        (("a",), (), (HumanLabel("a", "x", 0), HumanLabel("a", "x", 1)), "label given twice"),
        (("b",), (ONE,), (), "'a' is graded but not in the set"),
        (("b",), (), (HumanLabel("a", "x", 0),), "'a' is graded but not in the set"),
    ],
)
def test_a_set_refuses_what_would_count_twice_or_for_nothing(
    items: tuple[str, ...],
    verdicts: tuple[Verdict, ...],
    labels: tuple[HumanLabel, ...],
    why: str,
) -> None:
    with pytest.raises(InputError, match=why):
        GradedSet("set", "mean", tuple(map(Item, items)), verdicts, labels)


def test_hiding_labels_keeps_every_verdict_and_whole_items() -> None:
    hidden = pandalm().with_labels_on(100, generator())
    assert hidden.verdicts == pandalm().verdicts
    assert len({label.item for label in hidden.labels}) == 100
    assert len(hidden.labels) == 300


def test_hiding_labels_is_repeatable_and_never_invents_any() -> None:
    one, other = (pandalm().with_labels_on(50, generator()).labels for _ in range(2))
    assert one == other
    assert len(pandalm().with_labels_on(9_999, generator()).labels) == len(pandalm().labels)
    assert pandalm().with_labels_on(0, generator()).labels == ()
