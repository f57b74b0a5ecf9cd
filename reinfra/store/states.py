"""Where each detector stopped at each series."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from reinfra.store.schema import detector_state
from reinfra.store.upsert import upsert


class State(NamedTuple):
    """One detector's, of one series. `recent` cells of those shortly before `until` had a sample.

    Each state is in two parts; a long one (`deep`, `level_deep`) is None where it was not asked for.
    """

    series_id: int
    until: int
    recent: int
    settings: bytes
    near: bytes
    level_near: bytes | None
    tail: bytes
    deep: bytes | None = None
    level_deep: bytes | None = None


_IDS = detector_state.c.series_id.in_(bindparam("ids", expanding=True, literal_execute=True))
_OF = detector_state.c.detector == bindparam("of")
_NEAR_ONLY = select(*(detector_state.c[name] for name in State._fields[:-2])).where(_OF, _IDS)
_WITH_DEEP = select(*(detector_state.c[name] for name in State._fields)).where(_OF, _IDS)


def load(
    connection: Connection, detector: str, series: Sequence[int], *, deep: bool = False
) -> dict[int, State]:
    """The states by series id; with their long parts where `deep`."""
    query = _WITH_DEEP if deep else _NEAR_ONLY
    rows = connection.execute(query, {"of": detector, "ids": list(series)}).all()
    return {row[0]: State(*row) for row in rows}


def save(connection: Connection, detector: str, states: Sequence[State], *, deep: bool) -> None:
    """Write the states; without `deep` they are known ones, whose long parts stay as they are."""
    if not states:
        return
    if deep:
        rows = [{"detector": detector, **state._asdict()} for state in states]
        upsert(connection, detector_state, rows)
        return
    _update(connection, [_named(detector, state) for state in states])


def _update(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Rows are handed to the driver as they are: SQLAlchemy's work on each would cost as much as the write."""
    made = _NEAR.compile(dialect=connection.dialect)
    order = made.positiontup
    if order is None:
        connection.exec_driver_sql(str(made), rows)
        return
    connection.exec_driver_sql(str(made), [tuple(row[name] for name in order) for row in rows])


def _named(detector: str, state: State) -> dict[str, Any]:
    return {
        "of_detector": detector,
        "of_series": state.series_id,
        "to_until": state.until,
        "to_recent": state.recent,
        "to_near": state.near,
        "to_level": state.level_near,
        "to_tail": state.tail,
    }


_NEAR = (
    update(detector_state)
    .where(
        detector_state.c.series_id == bindparam("of_series"),
        detector_state.c.detector == bindparam("of_detector"),
    )
    .values(
        until=bindparam("to_until"),
        recent=bindparam("to_recent"),
        near=bindparam("to_near"),
        level_near=bindparam("to_level"),
        tail=bindparam("to_tail"),
    )
)
