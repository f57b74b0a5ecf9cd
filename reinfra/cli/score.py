"""`reinfra score`: the detectors on any file, without a database."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.batch.file import Scored


def score(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="CSV or Parquet: a time column and columns of numbers.")
    ],
    detector: Annotated[
        str, typer.Option(help="Detector, such as autoregression or pyod:KNN.")
    ] = "autoregression",
    out: Annotated[
        Path | None,
        typer.Option(help="Write a row for each point that has a sample to this CSV file."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what a detector finds in a file."""
    from reinfra.batch.file import score_file
    from reinfra.cli.output import write_json

    settings = context(ctx).settings()
    scored = score_file(file, detector, settings.detect)
    if out is not None:
        from reinfra.batch.file import write_scores

        write_scores(scored, out)
    if as_json:
        write_json(
            {"step": scored.block.step, "notes": scored.notes, "anomalies": scored.anomalies}
        )
    else:
        _print(scored)


def _print(scored: "Scored") -> None:
    from reinfra.cli.output import printable
    from reinfra.model import iso

    for note in scored.notes:
        typer.echo(printable(f"note: {note}"))
    for one in scored.anomalies:
        typer.echo(printable(f"{iso(one.since)}  {one.key}  {one.reason}"))
    judged = int(scored.judged.sum())
    typer.echo(
        f"{len(scored.block.keys)} series, {scored.points} points {scored.block.step / 1000:g} s apart; "
        f"{judged} points judged, {len(scored.anomalies)} anomalies"
    )
