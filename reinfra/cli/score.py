"""`reinfra score`: the detectors on any file, without a database."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.batch.file import ScoredFile

SHOWN = 20
"""So many episodes are printed with a picture; --out and --json hold all."""


def score(  # noqa: PLR0913, PLR0917 - one parameter per option
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
    false_alarms_per_week: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            max=100,
            help="Flag in stream mode what holds this rate per series; --out gets a column `alert`.",
        ),
    ] = None,
    calibrate: Annotated[
        str,
        typer.Option(
            help="First rows of each series that are history and never flagged, or a share of them, such as 0.5."
        ),
    ] = "0",
    out: Annotated[
        Path | None,
        typer.Option(help="Write a row for each row of the file, as .parquet or else as CSV."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what a detector finds in a file."""
    from reinfra.batch.file import score_file
    from reinfra.batch.score.history import History, Promise
    from reinfra.batch.score.settings import Mode, ScoreSettings, mode_of
    from reinfra.cli.output import write_json

    settings = ScoreSettings(context(ctx).settings().detect, mode_of(mode), detector)
    if false_alarms_per_week is not None:
        promise = Promise(false_alarms_per_week, History.parse(calibrate))
        settings = replace(settings, mode=Mode.STREAM, promise=promise)
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
    alerts = "" if scored.alerts is None else f", {scored.alerts.size} alerts"
    typer.echo(
        f"{len(scored.sheet.names)} series, {scored.points} points; "
        f"{scored.scored} points scored, {len(scored.anomalies)} anomalies{alerts}"
    )
