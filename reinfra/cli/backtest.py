"""`reinfra backtest`: replay history, compare settings, plant faults."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.backtest.labels import Label
    from reinfra.backtest.proposal import Proposal
    from reinfra.backtest.replay import Place, Replay, Span
    from reinfra.config import Settings
    from reinfra.store import Store


def backtest(  # noqa: PLR0913, PLR0917 - one parameter per option
    ctx: typer.Context,
    since: Annotated[
        str | None,
        typer.Option(help="Where to begin; by default three days after the first sample."),
    ] = None,
    until: Annotated[str | None, typer.Option(help="Where to end; now by default.")] = None,
    series: Annotated[str, typer.Option(help='Only these, as metric{label="value"}.')] = "",
    detectors: Annotated[
        str, typer.Option(help="Compare with these detectors, names with commas between.")
    ] = "",
    setting: Annotated[
        list[str] | None,
        typer.Option(
            help="Compare with another setting of detection, such as detect.false_alarms=0.1. Repeatable.",
            metavar="KEY=VALUE",
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(help="CSV of what was wrong: series (or selector), since, until."),
    ] = None,
    plant: Annotated[
        bool, typer.Option("--inject", help="Plant faults into copies of the history instead.")
    ] = False,
    faults: Annotated[
        str, typer.Option(help="Plant only these, names with commas between; all by default.")
    ] = "",
    trials: Annotated[int, typer.Option(min=1, max=1000, help="How often to plant each.")] = 10,
    size: Annotated[
        float, typer.Option(min=0.01, max=100, help="How large: 0.5 is half of what it usually is.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Other places and times for other seeds.")] = 0,
    feedback: Annotated[
        bool,
        typer.Option(
            "--feedback", help="Show each detector's precision and recall by what people said."
        ),
    ] = False,
    workers: Annotated[
        int, typer.Option(min=1, max=256, help="Processes that work side by side.")
    ] = 1,
    list_: Annotated[bool, typer.Option("--list", help="Show the backtests on record.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write figures and alerts into this folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Replay history through the detectors, without writing findings, and compare settings."""
    from reinfra.backtest.labels import read_labels
    from reinfra.backtest.proposal import Proposal, assignments
    from reinfra.backtest.replay import Place, span_of
    from reinfra.batch.check import check_settings
    from reinfra.batch.workers import Crew
    from reinfra.cli.times import instant
    from reinfra.model import system_clock
    from reinfra.store import Selector

    here = context(ctx)
    settings = here.settings()
    store = here.store(settings)
    if list_:
        _list(store, as_json=as_json)
        return
    proposal = Proposal.of(settings, assignments(setting or (), detectors))
    check_settings(settings, here.config)
    check_settings(proposal.settings, here.config)
    now = system_clock()
    place = Place(
        store, system_clock, here.samples(settings), Crew(workers), Selector.parse(series)
    )
    span = span_of(place, instant(since, "--since", now), instant(until, "--until", now))
    known = read_labels(labels) if labels else ()
    asked = _Asked(place, settings, proposal, span, known, out, as_json)
    if feedback:
        _learn(asked)
    elif plant:
        _inject(asked, faults, trials, size, seed)
    else:
        _compare(asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    place: "Place"
    present: "Settings"
    proposal: "Proposal"
    span: "Span"
    labels: "tuple[Label, ...]"
    out: Path | None
    as_json: bool

    def keep(self, kind: str, made: object, replays: "Iterable[tuple[str, Replay]]") -> None:
        """Put it on record, and into the folder."""
        from reinfra.backtest.proposal import digest
        from reinfra.backtest.record import Ledger, write_folder
        from reinfra.model import random_id

        ledger = Ledger(self.place.store, self.place.clock, random_id)
        kept = ledger.keep(kind, self.span, digest(self.proposal.settings), made)
        if self.out is not None:
            write_folder(self.out, kept, replays)


def _compare(asked: _Asked) -> None:
    from reinfra.backtest.compare import compare
    from reinfra.backtest.lines import COLUMNS, rows, said
    from reinfra.cli.progress import shown

    with shown() as progress:
        made, replays = compare(
            asked.place, asked.present, asked.proposal, asked.span, asked.labels, progress
        )
    asked.keep("compare", made, zip((one.name for one in made.sides), replays, strict=True))
    _print(made, said(made), COLUMNS[: 1 + len(made.sides)], rows(made), as_json=asked.as_json)


def _inject(asked: _Asked, faults: str, trials: int, size: float, seed: int) -> None:
    from reinfra.backtest.inject.inject import Wanted, chosen, inject
    from reinfra.backtest.inject.tally import COLUMNS, figures, lines, said
    from reinfra.cli.progress import shown

    wanted = Wanted(chosen(faults), trials, size, seed)
    with shown() as progress:
        injected = inject(asked.place, asked.proposal.settings, asked.span, wanted, progress)
    made = figures(injected, wanted, asked.labels)
    asked.keep("inject", made, [("without-faults", injected.before)])
    _print(made, said(made), COLUMNS, lines(made), as_json=asked.as_json)


def _learn(asked: _Asked) -> None:
    from reinfra.backtest import lines
    from reinfra.backtest.learn import COLUMNS, learned, rows, said
    from reinfra.cli.output import write_table
    from reinfra.cli.progress import shown

    with shown() as progress:
        made = learned(asked.place, asked.present, asked.span, asked.labels, progress)
    asked.keep("feedback", made, ())
    _print(made, said(made), COLUMNS, rows(made), as_json=asked.as_json)
    if made.comparison is not None and not asked.as_json:
        write_table(lines.COLUMNS, lines.rows(made.comparison))


def _print(
    made: object,
    sentences: "Iterable[str]",
    columns: "Sequence[str]",
    rows: "Iterable[Sequence[object]]",
    *,
    as_json: bool,
) -> None:
    from reinfra.cli.output import printable, write_json, write_table

    if as_json:
        write_json(made)
        return
    for line in sentences:
        typer.echo(printable(line))
    write_table(columns, rows)


def _list(store: "Store", *, as_json: bool) -> None:
    from reinfra.backtest.lines import listed
    from reinfra.cli.output import write_json, write_table
    from reinfra.store import backtests

    with store.reading() as connection:
        found = backtests.listing(connection)
    if as_json:
        write_json(found)
    elif not found:
        typer.echo("No backtest is on record.")
    else:
        write_table(("id", "at", "kind", "range", "settings", "outcome"), listed(found))
