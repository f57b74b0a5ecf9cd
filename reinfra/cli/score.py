"""`reinfra score`: the detectors on any file, without a database."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.batch.file import ScoredFile

SHOWN = 20
"""So many episodes are printed with a picture; --out and --json hold all."""


def score(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help="CSV or Parquet: a time column, columns of numbers, perhaps `series`."),
    ],
    mode: Annotated[
        str,
        typer.Option(
            help="batch: scores see the whole file. stream: at most one window of the future; "
            "score_now sees none of it."
        ),
    ] = "batch",
    detector: Annotated[
        str, typer.Option(help="Another detector than the mode's, such as pyod:KNN.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="Write a row for each row of the file, as .parquet or else as CSV."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what a detector finds in a file."""
    from reinfra.batch.file import score_file
    from reinfra.batch.score.settings import ScoreSettings, mode_of
    from reinfra.cli.output import write_json

    settings = ScoreSettings(context(ctx).settings().detect, mode_of(mode), detector)
    scored = score_file(file, settings)
    if out is not None:
        from reinfra.batch.score.write import write_table

        write_table(scored.table(), out)
    if as_json:
        steps = sorted({placed.block.step for placed, _ in scored.parts})
        write_json({"steps": steps, "notes": scored.notes, "anomalies": scored.anomalies})
    else:
        _print(scored)


def _print(scored: "ScoredFile") -> None:
    from reinfra.batch.score.picture import picture
    from reinfra.cli.output import printable

    for note in scored.notes:
        typer.echo(printable(f"note: {note}"))
    for one in scored.anomalies[:SHOWN]:
        typer.echo(printable(f"{scored.when(one.since)}  {one.key}  {one.reason}"))
        for line in picture(scored.block_of(one.key), one):
            typer.echo(f"    {line}".rstrip())
    if len(scored.anomalies) > SHOWN:
        typer.echo(f"and {len(scored.anomalies) - SHOWN} more")
    typer.echo(
        f"{len(scored.sheet.names)} series, {scored.points} points; "
        f"{scored.scored} points scored, {len(scored.anomalies)} anomalies"
    )
