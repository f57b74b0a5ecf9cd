"""Planted faults: which share is found, how late, by whom, and at how many false alarms; at several sizes."""

import os
import tempfile
from collections.abc import Iterator, Sequence

from benchmarks.backtest.fleet import recorded, simulated
from benchmarks.results import table
from reinfra.backtest.inject.inject import Wanted, inject
from reinfra.backtest.inject.tally import COLUMNS, InjectFigures, figures, lines
from reinfra.backtest.labels import Label
from reinfra.backtest.replay import Place, Span, span_of
from reinfra.config import Settings
from reinfra.model import DAY, iso
from reinfra.store import Selector, Store

UNTIL = 1_795_047_000_000
"""2026-11-19T00:50Z: a fixed present, so that one commit measures one thing."""

_DAYS, _JUDGED = 14, 7
TRIALS = int(os.environ.get("REINFRA_BENCH_TRIALS", "10"))
HOSTS = int(os.environ.get("REINFRA_BENCH_HOSTS", "2"))
SIZES = (0.5, 0.25)


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        store = simulated(f"sqlite:///{folder}/fleet.db", UNTIL, _DAYS, HOSTS)
        span = Span(UNTIL - _JUDGED * DAY, UNTIL)
        yield _head(store, span, "A simulated fleet of which nothing is wrong")
        yield from _measured(store, span, Wanted(trials=TRIALS))
        for size in SIZES:
            yield f"The same at size {size:g}:"
            smaller = Wanted(trials=max(1, TRIALS // 2), size=size)
            yield from _measured(store, span, smaller)
        store, labels = recorded(f"sqlite:///{folder}/recorded.db", UNTIL)
        place = Place(store, lambda: UNTIL)
        span = span_of(place, None, None)
        yield _head(store, span, "The recordings, whose labelled windows are no false alarms")
        yield from _measured(store, span, Wanted(trials=TRIALS), labels)


def _head(store: Store, span: Span, what: str) -> str:
    count = len(store.series(Selector()))
    return f"## {what}\n\n{count} series, faults from {iso(span.since)} to {iso(span.until)}."


def _measured(
    store: Store, span: Span, wanted: Wanted, labels: Sequence[Label] = ()
) -> Iterator[str]:
    place = Place(store, lambda: UNTIL)
    found = figures(inject(place, Settings(), span, wanted), wanted, labels)
    yield table(COLUMNS, lines(found))
    yield said(found)


def said(found: InjectFigures) -> str:
    """The two figures that a promise is made of."""
    by = ", ".join(f"{name} {rate.value:.2g}" for name, rate in found.by_detector)
    return (
        f"All faults: {found.found}. False alarms per series and month without faults: "
        f"{found.false_alarms}{f' ({by})' if by else ''}."
    )
