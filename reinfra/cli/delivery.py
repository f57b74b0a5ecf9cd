"""`reinfra alerts relay|test|dead`: what is sent, whether it would arrive, and what was given up."""

from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context
from reinfra.errors import ExitCode

if TYPE_CHECKING:
    from reinfra.alerts.relay import RelayReport
    from reinfra.alerts.trial import Trial
    from reinfra.batch.deliver import Delivery
    from reinfra.store.outbox import Message

dead = typer.Typer(help="Messages that were given up.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def relay(
    ctx: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="Send what is due and end (default).")
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help="Go on until SIGTERM or Ctrl-C: what is due goes within a second."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Send what waits in the outbox."""
    from functools import partial

    from reinfra.alerts import pulse
    from reinfra.alerts.pulse import beating
    from reinfra.batch.after import watched
    from reinfra.batch.deliver import Delivery, orphans
    from reinfra.errors import InputError
    from reinfra.model import system_clock

    if once and watch:
        raise InputError("--once and --watch exclude each other")
    here = context(ctx)
    settings = here.settings()
    store = here.store(settings)
    work = Delivery(store, settings, system_clock)
    if watch:
        with beating(store, "relay", partial(watched, store, settings)):
            _watch(work, as_json=as_json)
        return
    report = work.once()
    pulse.once(store, "relay")
    for name, many in orphans(store, settings).items():
        report.errors.append(f"{name}: no such receiver; {many} messages wait for it")
    _say(report, as_json=as_json)
    if report.errors:
        raise typer.Exit(ExitCode.PARTIAL)


def send_test(
    ctx: typer.Context,
    receiver: Annotated[
        list[str] | None, typer.Argument(help="Receivers; all by default.", metavar="[RECEIVER]...")
    ] = None,
    life: Annotated[
        bool,
        typer.Option(
            "--life",
            help="Send an incident's whole life: opened, escalated, acknowledged, resolved.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Send a test message to each receiver, and say what became of it; nothing is stored."""
    from reinfra.alerts.trial import Trial, send_trial
    from reinfra.batch.deliver import channels
    from reinfra.cli.output import printable, write_json
    from reinfra.model import system_clock

    opened, wrong = channels(context(ctx).settings(), receiver or None)
    results = send_trial(opened, system_clock(), life=life)
    results += [Trial(name, error=why) for name, why in wrong.items()]
    if as_json:
        write_json(results)
    else:
        for one in results:
            typer.echo(printable(_tried(one)))
    if not results:
        typer.echo("There is no receiver: set alerts.channels or a [[receiver]].", err=True)
        raise typer.Exit(ExitCode.USAGE)
    if failed := sum(not one.passed for one in results):
        raise typer.Exit(ExitCode.FAILED if failed == len(results) else ExitCode.PARTIAL)


@dead.command("list")
def list_(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many.")] = 50,
    as_json: Json = False,
) -> None:
    """Show messages that were given up, newest first, and why."""
    from reinfra.cli.output import write_json, write_table
    from reinfra.store import backlog, outbox

    here = context(ctx)
    with here.store(here.settings()).reading() as connection:
        found = outbox.listing(connection, outbox.Delivery.DEAD, limit)
        total = sum(one.dead for one in backlog.counts(connection).values())
    if as_json:
        write_json({"total": total, "messages": [_plain(one) for one in found]})
    elif not found:
        typer.echo("No message was given up.")
    else:
        columns = ("message", "receiver", "about", "written", "tries", "error")
        write_table(columns, (_row(one) for one in found), title=f"{total} given up")


@dead.command("retry")
def retry(
    ctx: typer.Context,
    receiver: Annotated[
        str | None, typer.Argument(help="Only of this receiver.", metavar="[RECEIVER]")
    ] = None,
    incident: Annotated[str, typer.Option(help="Only of this incident, such as INC-7.")] = "",
    as_json: Json = False,
) -> None:
    """Give messages that were given up another life, once the trouble is mended."""
    from reinfra.cli.output import write_json
    from reinfra.model import system_clock
    from reinfra.store import backlog, incidents

    here = context(ctx)
    wanted = incidents.parse_id(incident) if incident else None
    with here.store(here.settings()).writing() as connection:
        done = backlog.revive(connection, receiver, system_clock(), incident_id=wanted)
    if as_json:
        write_json(done)
        return
    typer.echo(f"{done.revived} will be sent by the next `reinfra alerts relay`")
    if done.overtaken:
        typer.echo(f"{done.overtaken} stay given up: a later message of their incident has arrived")


def _watch(work: "Delivery", *, as_json: bool) -> None:
    from reinfra.cli.until_told import until_told

    work.watch(until_told(), lambda report: _say(report, as_json=as_json, indent=None))


def _say(report: "RelayReport", *, as_json: bool, indent: int | None = 2) -> None:
    from reinfra.cli.output import printable, write_json

    if as_json:
        write_json(report, indent=indent)
        return
    digests = f" ({report.digested} of them in {report.digests} digests)" if report.digests else ""
    typer.echo(
        f"{report.sent} sent{digests}, {report.retried} to be tried again, {report.dead} given up"
    )
    for error in report.errors:
        typer.echo(printable(error), err=True)


def _tried(one: "Trial") -> str:
    if one.error:
        return f"{one.receiver}: FAILED. {one.error}"
    many = "1 message" if one.sent == 1 else f"{one.sent} messages"
    ids = f" as {', '.join(one.receipts)}" if one.receipts else ""
    audience = f"; {one.audience}" if one.audience else ""
    return f"{one.receiver}: {many} accepted{ids}{audience}"


def _plain(one: "Message") -> dict[str, object]:
    return {
        "key": one.notice.dedup_key,
        "receiver": one.channel,
        "incident": one.notice.incident.name,
        "transition": one.notice.transition,
        "written_at": one.created_at,
        "attempts": one.attempts,
        "error": one.last_error,
    }


def _row(one: "Message") -> tuple[object, ...]:
    from reinfra.model import iso

    about = f"{one.notice.transition}: {one.notice.incident.title}"
    written = iso(one.created_at)
    return one.notice.dedup_key, one.channel, about, written, one.attempts, one.last_error
