"""Silences: what must not be told for a while, who said so, and why."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, insert, select, update

from reinfra.config.intervals import TimeSpec
from reinfra.config.matchers import Matcher, matches_all, parse_all, written
from reinfra.model import DAY, InputError, iso
from reinfra.store.schema import silence

LONGEST = 3650 * DAY
_COMMENT = 1_000
_SCHEDULE = TypeAdapter(tuple[TimeSpec, ...])


@dataclass(frozen=True, slots=True)
class Silence:
    """From `starts_at` until just before `ends_at`; of that, with a `schedule`, only the times in it."""

    id: int
    matchers: tuple[Matcher, ...]
    starts_at: int
    ends_at: int
    created_by: str
    comment: str
    schedule: tuple[TimeSpec, ...] = ()

    @property
    def name(self) -> str:
        return f"silence {self.id}"

    def active(self, at: int) -> bool:
        """Whether it holds at that instant."""
        held = self.starts_at <= at < self.ends_at
        return held and (not self.schedule or any(one.contains(at) for one in self.schedule))

    def mutes(self, labels: Mapping[str, str], at: int) -> bool:
        return self.active(at) and matches_all(self.matchers, labels)

    def state(self, now: int) -> str:
        """pending, active, waiting (for its schedule) or expired."""
        if now >= self.ends_at:
            return "expired"
        if now < self.starts_at:
            return "pending"
        return "active" if self.active(now) else "waiting"


def add(connection: Connection, wanted: Silence, now: int) -> Silence:
    """Keep a silence; its `id` is ignored. Raises InputError for one that would do nothing, or too much."""
    _checked(wanted, now)
    schedule = _SCHEDULE.dump_json(wanted.schedule).decode() if wanted.schedule else None
    row = {
        "matchers": written(wanted.matchers),
        "starts_at": wanted.starts_at,
        "ends_at": wanted.ends_at,
        "schedule": schedule,
        "created_by": wanted.created_by,
        "comment": wanted.comment,
        "created_at": now,
    }
    added = insert(silence).values(**row).returning(silence.c.id)
    return get(connection, connection.execute(added).scalar_one())


def expire(connection: Connection, silence_id: int, now: int) -> Silence:
    """End a silence now; one that had not begun never does. Raises InputError where it is over or not there."""
    there = get(connection, silence_id)
    if there.ends_at <= now:
        raise InputError(f"{there.name} was over at {iso(there.ends_at)} already")
    mine = update(silence).where(silence.c.id == silence_id)
    connection.execute(mine.values(ends_at=now, starts_at=min(there.starts_at, now)))
    return get(connection, silence_id)


def get(connection: Connection, silence_id: int) -> Silence:
    """Raises InputError where there is no such silence."""
    row = connection.execute(select(silence).where(silence.c.id == silence_id)).first()
    if row is None:
        raise InputError(
            f"there is no silence {silence_id}", todo="See `reinfra alerts silence list`."
        )
    return _silence(row)


def listing(
    connection: Connection, now: int, *, expired: bool = False, limit: int = 1_000
) -> list[Silence]:
    """Those that hold or will, soonest ended first; with `expired` all, the latest ended first."""
    query = select(silence).limit(limit)
    if expired:
        query = query.order_by(silence.c.ends_at.desc(), silence.c.id)
    else:
        query = query.where(silence.c.ends_at > now).order_by(silence.c.ends_at, silence.c.id)
    return [_silence(row) for row in connection.execute(query)]


def _checked(wanted: Silence, now: int) -> None:
    where = "silence"
    if not wanted.matchers:
        raise InputError("no matcher", where=where, todo="Say what to silence.")
    if all(one.matches({}) for one in wanted.matchers):
        todo = "Name a value that a label must have."
        raise InputError("every matcher accepts an empty label", where=where, todo=todo)
    if wanted.ends_at <= now:
        raise InputError(f"it would end at {iso(wanted.ends_at)}, which is past", where=where)
    if wanted.ends_at <= wanted.starts_at:
        raise InputError("it would end before it begins", where=where)
    if wanted.ends_at > now + LONGEST:
        raise InputError("it would last for more than ten years", where=where)
    if not wanted.created_by.strip():
        raise InputError("nobody is named as its author", where=where, todo="Say who you are.")
    if not wanted.comment.strip() or len(wanted.comment) > _COMMENT:
        raise InputError(
            "no comment, or one too long", where=where, todo="Say why, with --comment."
        )


def _silence(row: Any) -> Silence:  # noqa: ANN401 - a row of a select has no narrower type
    return Silence(
        row.id,
        parse_all(row.matchers),
        row.starts_at,
        row.ends_at,
        row.created_by,
        row.comment,
        _schedule(row.schedule),
    )


def _schedule(text: str | None) -> tuple[TimeSpec, ...]:
    if text is None:
        return ()
    try:
        return _SCHEDULE.validate_python(json.loads(text))
    except (ValidationError, ValueError) as error:
        raise InputError("a stored schedule cannot be read", where="silence") from error
