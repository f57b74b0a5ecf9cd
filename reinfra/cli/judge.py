"""`reinfra judge`: answer quality."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli import judge_canary, judge_cost, judge_label, judge_run
from reinfra.cli.context import context

if TYPE_CHECKING:
    from judge.items import GradedSet
    from judge.report import SetReport
    from judge.statistics import Estimate

app = typer.Typer(
    help="Answer quality: grades, their intervals, and how far to trust them.", no_args_is_help=True
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def report(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Graded set; all of them by default.")] = None,
    verdicts: Annotated[
        Path | None, typer.Option(help="Verdicts, one JSON object per line; no database is used.")
    ] = None,
    labels: Annotated[Path | None, typer.Option(help="People's labels beside --verdicts.")] = None,
    as_json: Json = False,
) -> None:
    """Show what each judge says of a graded set, and how far it agrees with people."""
    from reinfra.model import InputError

    if verdicts is not None:
        if name is not None:
            raise InputError("name a graded set or --verdicts, not both")
        _report_file(verdicts, labels, as_json=as_json)
    elif labels is not None:
        raise InputError("--labels come beside --verdicts", todo="Name the verdicts too.")
    else:
        _report_stored(ctx, name, as_json=as_json)


def _report_file(verdicts: Path, labels: Path | None, *, as_json: bool) -> None:
    import numpy as np

    from judge.recorded import read_verdict_files
    from judge.report import report as report_on
    from judge.report_fields import set_fields
    from reinfra.cli.output import printable, write_json
    from reinfra.model.randomness import SEED

    graded = read_verdict_files(verdicts, labels, any_scale=True)
    notes = _notes(graded)
    found = report_on(graded, np.random.default_rng(SEED))
    for note in notes:
        typer.echo(printable(f"{labels}: {note}"), err=True)
    if as_json:
        write_json(set_fields(found, notes))
    else:
        _print(found)


def _notes(graded: "GradedSet") -> tuple[str, ...]:
    asked = {each.item for each in graded.verdicts}
    strange = sorted({label.item for label in graded.labels} - asked)
    if not strange:
        return ()
    return (f"{len(strange)} labelled items have no verdict and are left out: {strange[0]!r} ...",)


def _report_stored(ctx: typer.Context, name: str | None, *, as_json: bool) -> None:
    import numpy as np

    from judge.report import report as report_on
    from judge.report_fields import set_fields
    from reinfra.batch import quality
    from reinfra.cli.output import write_json
    from reinfra.model.randomness import SEED

    here = context(ctx)
    store = here.store(here.settings())
    names = [name] if name else quality.names(store)
    reports = [report_on(quality.load(store, each), np.random.default_rng(SEED)) for each in names]
    if as_json:
        write_json([set_fields(each) for each in reports])
    elif not reports:
        typer.echo("No graded set yet. `reinfra judge import FILE` reads one.")
    else:
        for each in reports:
            _print(each)


@app.command("import")
def import_(
    ctx: typer.Context,
    verdicts: Annotated[Path, typer.Argument(help="Verdicts, one JSON object per line.")],
    labels: Annotated[Path | None, typer.Option(help="People's labels, likewise.")] = None,
    as_json: Json = False,
) -> None:
    """Read recorded verdicts, and people's labels beside them, into the store."""
    from judge.recorded import read_verdict_files
    from reinfra.batch import quality
    from reinfra.cli.output import printable, write_json
    from reinfra.model import Origin
    from reinfra.store.grades import SetInfo

    here = context(ctx)
    graded = read_verdict_files(verdicts, labels)
    info = SetInfo(graded.name, graded.meaning, Origin.RECORDED, f"imported from {verdicts.name}")
    quality.save(here.store(here.settings()), graded, info)
    items, read = len(graded.items), len(graded.verdicts)
    if as_json:
        write_json({"set": graded.name, "items": items, "verdicts": read})
    else:
        typer.echo(printable(f"{graded.name}: {items} items, {read} verdicts"))


app.command()(judge_run.run)


app.command()(judge_label.export)
app.command()(judge_label.label)
app.add_typer(judge_canary.app, name="canary")
app.command()(judge_cost.cost)


def _print(one: "SetReport") -> None:
    from reinfra.cli.output import printable, write_table

    rows = (
        (
            each.judge,
            each.asked,
            f"{each.invalid_rate:.1%}",
            _shown(each.agreement),
            _shown(each.kappa),
            _shown(each.flips),
            _shown(each.raw),
            _shown(each.by_labels),
            _shown(each.corrected),
            each.badge,
        )
        for each in one.judges
    )
    typer.echo(printable(f"{one.name}: {one.meaning}"))
    typer.echo(f"{one.items} items; people agree with each other: alpha {_shown(one.alpha)}")
    columns = ("judge", "verdicts", "invalid", "agrees with people", "kappa", "order flips")
    write_table((*columns, "raw mean", "labels only", "PPI++", "badge"), rows)
    typer.echo("")


def _shown(estimate: "Estimate") -> str:
    if estimate.value != estimate.value:
        return "unknown"
    value = f"{estimate.value:.3f}"
    return f"{value} [{estimate.low:.3f}, {estimate.high:.3f}]" if estimate.has_interval else value
