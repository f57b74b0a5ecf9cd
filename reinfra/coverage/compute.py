"""From what the store knows to the ledger. Pure: values in, columns out."""

from collections.abc import Iterable, Mapping

import numpy as np

from reinfra.coverage.columns import columns
from reinfra.coverage.ledger import Ledger
from reinfra.coverage.rows import NEVER, assemble
from reinfra.coverage.stand import standings
from reinfra.coverage.states import judge
from reinfra.coverage.watchers import Watcher
from reinfra.store import Stored
from reinfra.store.coverage import StoredAbsence


def compute(
    series: Iterable[Stored],
    absences: Iterable[StoredAbsence],
    watching: Mapping[str, Watcher],
    now: int,
) -> Ledger:
    """The ledger at `now`; of a recording, at its last sample. Series of unregistered signals are left out."""
    said = list(absences)
    given = columns(series, now)
    rows = assemble(given, said, watching)
    ends = np.array([given.ends.get(name, now) for name in rows.layout.sources], np.int64)
    states = judge(rows, said, watching, ends)
    order = np.lexsort((rows.signal, rows.subject))
    return Ledger(
        subjects=tuple(rows.layout.subjects),
        signals=tuple(rows.layout.names),
        sources=tuple(rows.layout.sources),
        reasons=tuple(states.reasons),
        subject=rows.subject[order],
        signal=rows.signal[order],
        source=rows.source[order],
        state=states.state[order],
        since=states.since[order],
        reason=states.reason[order],
        came=rows.last[order] != NEVER,
        standing=standings(rows, states),
    )
