"""How long samples are kept: one policy per selector, and a default for whatever none matches."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select, update

from reinfra.model import InputError
from reinfra.store.selector import Selector
from reinfra.store.tables import retention

_MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Policy:
    """Days that raw samples, 5-minute and hourly rollups are kept, of the series the selector matches.

    Raises InputError where a coarser level would end before a finer one.
    """

    selector: Selector = field(default_factory=Selector)
    raw_days: int = 30
    five_minute_days: int = 90
    hour_days: int = 400

    def __post_init__(self) -> None:
        if not 1 <= self.raw_days <= self.five_minute_days <= self.hour_days <= _MOST_DAYS:
            raise InputError(
                f"raw {self.raw_days}, 5 minutes {self.five_minute_days}, hours {self.hour_days} days",
                where="retention",
                why=f"1 <= raw <= 5 minutes <= hours <= {_MOST_DAYS} is needed",
                todo="Keep coarser levels for longer.",
            )


@dataclass(frozen=True, slots=True)
class Stated:
    """A policy with its selector as it was written; None for the default."""

    selector: str | None
    policy: Policy


def stated(connection: Connection) -> list[Stated]:
    """The stored policies in their order: the first that matches a series decides. The default is last."""
    rows = connection.execute(select(retention).order_by(retention.c.id)).all()
    kept = [
        Stated(
            row.selector,
            Policy(Selector.parse(row.selector), row.raw_days, row.five_minute_days, row.hour_days),
        )
        for row in rows
    ]
    return [*kept, Stated(None, Policy())]


def put(connection: Connection, selector: str, policy: Policy) -> None:
    """Store a policy, last in the order if its selector is new. Raises InputError for no selector."""
    if Selector.parse(selector) == Selector():
        raise InputError(
            "a policy needs a selector of some series",
            todo='Write for instance hw.power{rack="7"}.',
        )
    days = {name: getattr(policy, name) for name in ("raw_days", "five_minute_days", "hour_days")}
    mine = update(retention).where(retention.c.selector == selector)
    if not connection.execute(mine.values(**days)).rowcount:
        connection.execute(insert(retention).values(selector=selector, **days))


def remove(connection: Connection, selector: str) -> None:
    """Raises InputError where there is no such policy."""
    if not connection.execute(delete(retention).where(retention.c.selector == selector)).rowcount:
        raise InputError(
            f"no policy has the selector {selector[:100]!r}",
            todo="See `reinfra db retention show`.",
        )
