"""How each receiver stands: whether it rests after failures, and how many messages may go at once."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, select, update

from reinfra.model import HOUR, MINUTE
from reinfra.store.delivery_tables import receiver
from reinfra.store.upsert import insert_new

LONGEST_REST = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Standing:
    """`tokens` may be spent as of `tokens_at`; a receiver that was never heard of has its whole allowance."""

    name: str
    tokens: float
    tokens_at: int
    rest_until: int = 0
    failures: int = 0
    digest_at: int = 0

    def allowed(self, now: int, per_hour: int) -> float:
        """Messages that may go now: what is left, and what has come back since, at most an hour's worth."""
        since = max(now - self.tokens_at, 0)  # a clock that was set back gives nothing
        return min(float(per_hour), self.tokens + since * per_hour / HOUR)

    def resting(self, now: int) -> bool:
        """A rest that ends later than any rest can was written by a clock that was wrong."""
        return now < self.rest_until <= now + LONGEST_REST


def standing(connection: Connection, name: str, now: int, per_hour: int) -> Standing:
    """How a receiver stands, as another transaction may change it at any time."""
    row = connection.execute(select(receiver).where(receiver.c.name == name)).first()
    return Standing(**row._mapping) if row else Standing(name, float(per_hour), now)  # noqa: SLF001


def lock(connection: Connection, name: str, now: int, per_hour: int) -> Standing:
    """The same, and until this transaction ends nobody else changes it."""
    insert_new(connection, receiver, asdict(Standing(name, float(per_hour), now)))
    mine = select(receiver).where(receiver.c.name == name).with_for_update()
    return Standing(**connection.execute(mine).one()._mapping)  # noqa: SLF001


def spend(connection: Connection, held: Standing, messages: int, now: int, per_hour: int) -> None:
    """Take tokens from what is locked."""
    left = held.allowed(now, per_hour) - messages
    _set(connection, held.name, tokens=left, tokens_at=now)


def refund(connection: Connection, name: str, messages: int) -> None:
    """Give tokens back for what did not arrive."""
    _set(connection, name, tokens=receiver.c.tokens + messages)


def digested(connection: Connection, name: str, now: int) -> None:
    _set(connection, name, digest_at=now)


def rest(connection: Connection, name: str, until: int, now: int) -> None:
    """Let a receiver rest that failed as a whole."""
    insert_new(connection, receiver, asdict(Standing(name, 0.0, now)))
    _set(connection, name, rest_until=until, failures=receiver.c.failures + 1)


def recovered(connection: Connection, name: str) -> None:
    """It takes messages again."""
    failed = (receiver.c.name == name) & (receiver.c.failures > 0)
    connection.execute(update(receiver).where(failed).values(failures=0, rest_until=0))


def _set(connection: Connection, name: str, **values: object) -> None:
    connection.execute(update(receiver).where(receiver.c.name == name).values(**values))
