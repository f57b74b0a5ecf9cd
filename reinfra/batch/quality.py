"""Grades into the store and out of it again."""

from judge.items import GradedSet, HumanLabel, Item
from reinfra.model import InputError
from reinfra.store import Store, grades
from reinfra.store.grades import Grades, SetInfo


def save(store: Store, graded: GradedSet, info: SetInfo) -> None:
    """Write a graded set; one of the same name is replaced whole."""
    rows = Grades(
        [(it.id, it.stratum, it.cluster, it.systems, it.text_sha256) for it in graded.items],
        list(graded.verdicts),
        [(label.item, label.rater, label.value) for label in graded.labels],
    )
    with store.writing() as connection:
        grades.replace(connection, info, rows)


def load(store: Store, name: str) -> GradedSet:
    """Read a graded set. Raises InputError for an unknown one."""
    with store.reading() as connection:
        known = {info.name: info for info in grades.listing(connection)}
        if name not in known:
            raise InputError(
                f"no graded set {name!r}", todo=f"There are: {', '.join(known) or 'none'}."
            )
        rows = grades.load(connection, name)
    return GradedSet(
        name,
        known[name].meaning,
        tuple(Item(*item) for item in rows.items),
        tuple(rows.verdicts),
        tuple(HumanLabel(*label) for label in rows.labels),
    )


def names(store: Store) -> list[str]:
    """The graded sets there are."""
    with store.reading() as connection:
        return [info.name for info in grades.listing(connection)]
