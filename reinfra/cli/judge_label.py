"""`reinfra judge export|label`: what people label, by spreadsheet or at the terminal."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context
from reinfra.cli.judge_run import Json, RubricName, rubric_of

if TYPE_CHECKING:
    from judge.rubric import Rubric
    from reinfra.store import Store
    from reinfra.store.judging import Row

SetName = Annotated[
    str | None, typer.Argument(help="Graded set, as `live/helpfulness`; the only one by default.")
]


def export(
    ctx: typer.Context,
    name: SetName = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="Items at most.")] = 100,
    output: Annotated[Path | None, typer.Option(help="File to write; stdout by default.")] = None,
) -> None:
    """Write items for people to label as CSV, drawn at random within each stratum; no judge's grade is in it."""
    from reinfra.batch import quality_labels

    here = context(ctx)
    store = here.store(here.settings())
    rows = _wanted(store, quality_labels.set_of(store, name), count)
    text = quality_labels.written(rows)
    if output is None:
        typer.echo(text, nl=False)
        return
    output.write_text(text, "utf-8")
    typer.echo(f"{output}: {len(rows)} items")


def label(
    ctx: typer.Context,
    name: SetName = None,
    import_: Annotated[
        Path | None, typer.Option("--import", help="CSV with columns item, value and rater.")
    ] = None,
    rater: Annotated[str, typer.Option(help="Who labels at the terminal.")] = "anonymous",
    rubric: RubricName = None,
    count: Annotated[int, typer.Option(min=1, max=1_000, help="Items at most.")] = 20,
    as_json: Json = False,
) -> None:
    """Label items at the terminal, without seeing the judge's grade, or take labels from a file."""
    from reinfra.batch import quality_labels
    from reinfra.cli.output import printable, write_json

    here = context(ctx)
    store = here.store(here.settings())
    chosen = quality_labels.set_of(store, name)
    by = _rubric(rubric, chosen)
    if import_ is not None:
        labels = quality_labels.read_labels(import_, by)
        kept = quality_labels.keep_labels(store, chosen, labels) if labels else 0
    else:
        rows = _wanted(store, chosen, count)
        given = _asked(rows, by or rubric_of("helpfulness"), rater)
        kept = sum(quality_labels.keep_labels(store, chosen, [one]) for one in given)
    if as_json:
        write_json({"set": chosen, "labels": kept})
    else:
        typer.echo(printable(f"{chosen}: {kept} labels"))


def _wanted(store: "Store", name: str, count: int) -> "list[Row]":
    import numpy as np

    from reinfra.batch import quality_labels
    from reinfra.model import InputError
    from reinfra.model.randomness import SEED

    rows = quality_labels.wanted(store, name, count, np.random.default_rng(SEED))
    if not rows:
        why = "none has texts that are kept and needs a label"
        raise InputError("no item to label", where=name, why=why)
    return rows


def _rubric(given: str | None, set_name: str) -> "Rubric | None":
    """The one that is named, or that the set is named after."""
    from judge.rubric import rubrics

    if given is not None:
        return rubric_of(given)
    return rubrics().get(set_name.rsplit("/", 1)[-1])


def _asked(rows: "list[Row]", rubric: "Rubric", rater: str) -> Iterator["Row"]:
    """One item after the other; enter leaves one out, q ends."""
    from reinfra.batch import quality_labels
    from reinfra.cli.output import printable
    from reinfra.model import InputError

    grades = ", ".join(f"{number} {grade}" for number, grade in enumerate(rubric.labels, 1))
    for number, row in enumerate(rows, 1):
        typer.echo(f"\n{number} of {len(rows)}")
        for title, text in quality_labels.shown(row, rubric).items():
            typer.echo(f"{title}:\n{_paragraphs(text)}\n")
        said = input(f"{printable(grades)}; enter: leave out, q: end > ").strip()
        if said == "q":
            return
        if said.isdigit() and 1 <= int(said) <= len(rubric.labels):
            said = rubric.labels[int(said) - 1]
        if not said:
            continue
        try:
            value = quality_labels.value_of(said, rubric, row["id"])
        except InputError as error:
            typer.echo(str(error), err=True)
            continue
        yield {"item": row["id"], "rater": rater, "value": value}


def _paragraphs(text: str) -> str:
    from reinfra.cli.output import printable

    return "\n".join(printable(line) for line in text.splitlines())
