"""`reinfra judge run`: sampled answers to a judge."""

import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from judge.backends import Backend
    from judge.pipeline.prices import PriceTable
    from judge.rubric import Rubric
    from reinfra.batch.quality_after import Outcome
    from reinfra.batch.quality_run import Request
    from reinfra.config.judge import JudgeSettings

BackendName = Annotated[
    str | None, typer.Option("--backend", help="[[judge.backend]] to ask; the first by default.")
]
RubricName = Annotated[
    str | None,
    typer.Option("--rubric", help="Name of a rubric, or its file; judge.rubric by default."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def run(
    ctx: typer.Context,
    inputs: Annotated[
        str | None,
        typer.Option(
            help="Answers: a file of JSON lines, a folder or s3:// prefix of Bedrock invocation logs, sql:FILE "
            "with a query, or llmbar for pairs that ship. By default those that were collected."
        ),
    ] = None,
    backend: BackendName = None,
    rubric: RubricName = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Judge at most so many.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Collected answers from then on, as 6h; one day by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Grade sampled answers with a judge; a run that was killed goes on where it was."""
    from reinfra.cli.output import write_json
    from reinfra.cli.times import instant
    from reinfra.errors import ExitCode
    from reinfra.model import random_id, system_clock

    here = context(ctx)
    settings = here.settings()
    begin = instant(since, "--since", system_clock())
    with closing(backend_of(settings.judge, backend)) as judge, stopping() as stop:
        from reinfra.batch.quality_after import after
        from reinfra.batch.quality_inputs import read_inputs, stored_inputs, window
        from reinfra.batch.quality_run import run as run_once

        store = here.store(settings)
        if inputs is None:
            page, source = stored_inputs(store, *window(store.clock(), begin)), "collected answers"
        else:
            page = read_inputs(inputs, shipped(), settings.judge.sql_url_env)
            source = inputs.rsplit("/", 1)[-1][:200]
        request = request_of(settings.judge, judge, rubric, limit, stop, sampled=inputs is None)
        done, trouble = run_once(store, page, source, request, random_id)
        outcome = after(store, done, request, page.refused, settings.export)
    if as_json:
        write_json(outcome)
    else:
        _print(outcome)
    if trouble is not None:
        raise trouble
    if outcome.left:
        raise typer.Exit(ExitCode.PARTIAL)


def request_of(
    settings: "JudgeSettings",
    judge: "Backend",
    rubric: str | None,
    limit: int | None,
    stop: threading.Event,
    *,
    sampled: bool,
) -> "Request":
    """All answers of a file that was named, and a sample of those that were collected."""
    from judge.inputs.redact import redaction
    from judge.inputs.sampling import Plan
    from reinfra.batch.quality_run import Request
    from reinfra.model import Origin

    rate = settings.rate if sampled else 1.0
    return Request(
        judge,
        rubric_of(rubric or settings.rubric),
        price_table(settings),
        settings,
        Plan(rate, settings.floor, settings.boost, limit),
        redaction(settings.redact),
        Origin.RECORDED if judge.judge.startswith("recorded/") else Origin.LIVE,
        stop,
    )


def backend_of(settings: "JudgeSettings", name: str | None) -> "Backend":
    """Raises InputError where there is none of that name."""
    from judge.backends.opening import open_backend
    from reinfra.errors import InputError

    chosen = next((one for one in settings.backend if name in {None, one.name}), None)
    if chosen is None:
        there = ", ".join(one.name for one in settings.backend) or "none"
        todo = (
            f"There are: {there}. Add a [[judge.backend]] to the settings (docs/guide/judging.md)."
        )
        raise InputError(f"no judge backend {name or ''!r}", todo=todo)
    return open_backend(chosen, settings.concurrency, shipped())


def rubric_of(name: str) -> "Rubric":
    """One that ships, or a file. Raises InputError."""
    from judge.rubric import load_rubric, rubrics
    from reinfra.errors import InputError

    if name in rubrics():
        return rubrics()[name]
    path = Path(name)
    if path.suffix != ".toml":
        todo = f"There are: {', '.join(sorted(rubrics()))}; or name a .toml file."
        raise InputError(f"no rubric {name!r}", todo=todo)
    return load_rubric(path)


def price_table(settings: "JudgeSettings") -> "PriceTable":
    from judge.pipeline.prices import read_prices, shipped

    return read_prices(Path(settings.prices)) if settings.prices else shipped()


def shipped() -> Path:
    """The folder of the recorded sets that ship."""
    from reinfra.demo.folder import data_folder

    return data_folder() / "judge"


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that the first SIGINT or SIGTERM sets; what is in flight is then waited for and kept."""
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _print(outcome: "Outcome") -> None:
    from reinfra.cli.output import printable, write_table

    def say(text: str) -> None:
        typer.echo(printable(text))

    say(f"{outcome.judge} by {outcome.rubric}, set {outcome.set}")
    say(
        f"{outcome.answers} answers, {outcome.sampled} sampled; {outcome.asked} questions asked, "
        f"{outcome.cached} had a reply already, {outcome.left} left {outcome.why}".rstrip()
    )
    for reason, count in outcome.refused.items():
        say(f"refused: {count} {reason}")
    if outcome.unfit:
        say(f"{outcome.unfit} answers lack what the rubric needs")
    rows = (
        (
            one.stratum or "-",
            one.asked,
            one.invalid,
            one.successes / one.trials if one.trials else None,
        )
        for one in outcome.strata
    )
    write_table(("stratum", "judged", "invalid", "mean, uncorrected"), rows)
    cost = "unknown" if outcome.cost_usd is None else f"{outcome.cost_usd:.4f} USD"
    say(f"cost {cost} for {sum(outcome.tokens.values())} tokens in {outcome.attempts} tries")
    if outcome.degraded:
        say(f"DEGRADED: {outcome.invalid_share:.1%} of the items have no grade")
    say(f"`reinfra judge report {outcome.set}` holds it against people's labels.")
