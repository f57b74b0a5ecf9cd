"""`reinfra judge cost`: what judging cost, day by day."""

from typing import Annotated

import typer

from reinfra.cli.context import context
from reinfra.cli.judge_run import Json


def cost(
    ctx: typer.Context,
    since: Annotated[str, typer.Option(help="From then on, as 30d.")] = "30d",
    as_json: Json = False,
) -> None:
    """Show what judging cost by day, judge and price table; tokens of failed tries cost nothing that is known."""
    from reinfra.batch.quality_rows import PICO
    from reinfra.cli.output import write_json, write_table
    from reinfra.cli.times import instant
    from reinfra.model import DAY, iso
    from reinfra.store import judging

    here = context(ctx)
    store = here.store(here.settings())
    begin = instant(since, "--since", store.clock()) or 0
    with store.reading() as connection:
        found = judging.costs(connection, begin)
    rows = [
        {
            "day": iso(row["day"] * DAY)[:10],
            "judge": row["judge"],
            "replies": row["replies"],
            "attempts": int(row["attempts"]),
            "input_tokens": int(row["input_tokens"]),
            "output_tokens": int(row["output_tokens"]),
            "cache_read_tokens": int(row["cache_read_tokens"]),
            "cache_write_tokens": int(row["cache_write_tokens"]),
            "cost_usd": int(row["cost"]) / PICO if row["priced"] == row["replies"] else None,
            "price_table": row["price_table"],
        }
        for row in found
    ]
    if as_json:
        write_json(rows)
    elif not rows:
        typer.echo("Nothing was judged since then.")
    else:
        write_table(tuple(rows[0]), (tuple(row.values()) for row in rows))
