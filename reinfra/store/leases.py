"""Parts of a run that several processes, on any number of hosts, claim one by one from PostgreSQL."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from reinfra.model import MINUTE
from reinfra.store.schema import run, work_item

LEASE = 5 * MINUTE
"""A part that is not done by then was its worker's last, and is claimed again."""


class Claim(NamedTuple):
    """A part that `owner` has until its lease ends."""

    run_id: str
    number: int
    payload: bytes
    owner: str


def offer(connection: Connection, run_id: str, payloads: Sequence[bytes]) -> None:
    """Put the parts of a run up to be claimed."""
    rows = [
        {"run_id": run_id, "number": number, "leased_until": 0, "payload": payload}
        for number, payload in enumerate(payloads)
    ]
    if rows:
        connection.execute(insert(work_item), rows)


def claim(connection: Connection, owner: str, now: int) -> Claim | None:
    """A part of a run that is under way, which nobody works on; None where there is none."""
    c = work_item.c
    free = (
        select(c.run_id, c.number, c.payload)
        .join(run, run.c.id == c.run_id)
        .where(c.result.is_(None), c.leased_until <= now, run.c.ended_at.is_(None))
        .order_by(c.number)
        .limit(1)
        .with_for_update(skip_locked=True, of=work_item)
    )
    row = connection.execute(free).first()
    if row is None:
        return None
    mine = update(work_item).where(c.run_id == row.run_id, c.number == row.number)
    connection.execute(mine.values(owner=owner, leased_until=now + LEASE))
    return Claim(row.run_id, row.number, row.payload, owner)


def finish(connection: Connection, mine: Claim, result: bytes) -> bool:
    """Say that a part is done, in the transaction of what came out; False where another has taken it over."""
    c = work_item.c
    changed = (
        update(work_item)
        .where(c.run_id == mine.run_id, c.number == mine.number, c.owner == mine.owner)
        .where(c.result.is_(None))
        .values(result=result)
    )
    return connection.execute(changed).rowcount == 1


def left(connection: Connection, run_id: str) -> int:
    """How many parts of a run are not done."""
    c = work_item.c
    query = select(func.count()).where(c.run_id == run_id, c.result.is_(None))
    return int(connection.execute(query).scalar_one())


def results(connection: Connection, run_id: str) -> list[bytes]:
    """What came out of the parts that are done, in their order."""
    c = work_item.c
    query = select(c.result).where(c.run_id == run_id, c.result.is_not(None)).order_by(c.number)
    return list(connection.execute(query).scalars())


def clear(connection: Connection, run_id: str) -> None:
    """Forget the parts of a run that is complete."""
    connection.execute(delete(work_item).where(work_item.c.run_id == run_id))
