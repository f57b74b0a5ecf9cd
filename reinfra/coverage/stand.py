"""How each subject is, from the states of its signals."""

import numpy as np
from numpy.typing import NDArray

from reinfra.coverage.columns import Ints
from reinfra.coverage.ledger import COMING, STATES, UNKNOWN
from reinfra.coverage.presence import Presence, Standing
from reinfra.coverage.rows import Rows
from reinfra.coverage.states import States
from reinfra.coverage.subjects import is_device
from reinfra.model import Coverage

_REPORTING = Standing(Presence.REPORTING)


def standings(rows: Rows, states: States) -> tuple[Standing, ...]:
    """By subject. One signal that comes is enough to report; one that is never late tells only if it is alone."""
    subjects = list(rows.layout.subjects)
    comes = states.state < COMING
    reports = _any(rows, comes & states.paced) | (_any(rows, comes) & ~_any(rows, states.paced))
    reasons = tuple(states.reasons)
    # By what decides first: what is said of all of it, what stopped while asked, who does not answer.
    whole = _one(rows, states.whole, states.since)
    stale = _one(rows, states.state == STATES.index(Coverage.STALE), -rows.last)
    dead = _one(rows, states.by_source, states.since)
    found = []
    for place, subject in enumerate(subjects):
        if reports[place]:
            found.append(_REPORTING)
        elif whole[place] >= 0:
            kind = Presence.LOST if is_device(subject) else Presence.DEAD
            found.append(_standing(kind, states, reasons, int(whole[place])))
        elif stale[place] >= 0:
            found.append(_standing(Presence.LOST, states, reasons, int(stale[place])))
        elif dead[place] >= 0:
            found.append(_standing(Presence.DEAD, states, reasons, int(dead[place])))
        else:
            found.append(_REPORTING)
    return tuple(found)


def _any(rows: Rows, which: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether a subject has such a row."""
    found = np.zeros(len(rows.layout.subjects), bool)
    found[rows.subject[which]] = True
    return found


def _one(rows: Rows, which: NDArray[np.bool_], least: Ints) -> Ints:
    """By subject, the place of its row of these where `least` is lowest; -1 where it has none."""
    found = np.full(len(rows.layout.subjects), -1)
    at = np.flatnonzero(which)
    order = at[np.argsort(least[at], kind="stable")[::-1]]
    found[rows.subject[order]] = order  # of several, numpy keeps the last
    return found


def _standing(kind: Presence, states: States, reasons: tuple[str, ...], row: int) -> Standing:
    since = int(states.since[row])
    return Standing(kind, None if since == UNKNOWN else since, reasons[int(states.reason[row])])
