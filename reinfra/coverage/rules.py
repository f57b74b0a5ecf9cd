"""Rules that can never fire: somebody relies on a signal that nothing here can give."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from reinfra.config import Settings
from reinfra.coverage.ledger import STATES, Ledger
from reinfra.model import Coverage
from reinfra.signals import Signal, find, signals

_UNSUPPORTED = STATES.index(Coverage.UNSUPPORTED)


@dataclass(frozen=True, slots=True)
class Rule:
    """`where` is the setting in which somebody relies on `signal`."""

    where: str
    signal: str


@dataclass(frozen=True, slots=True)
class NeverFires:
    """A rule whose signal cannot come, and why."""

    rule: Rule
    reason: str
    todo: str


def rules(settings: Settings) -> tuple[Rule, ...]:
    return tuple(Rule("alerts.rely_on", name) for name in settings.alerts.rely_on)


def never_fire(relied_on: Iterable[Rule], ledger: Ledger) -> Iterator[NeverFires]:
    """Those of the rules whose signal no subject of the ledger gives, gave, or could give."""
    for rule in relied_on:
        signal = find(rule.signal)
        if signal is None:
            yield _misspelt(rule)
            continue
        rows = _rows_of(rule.signal, ledger)
        if not rows.size:
            yield NeverFires(rule, *_nowhere(signal, ledger))
        elif (ledger.state[rows] >= _UNSUPPORTED).all():
            said = Counter(ledger.reasons[i] for i in ledger.reason[rows].tolist())
            reason, many = said.most_common(1)[0]
            where = f"unsupported on all {rows.size} that could have it; {many} say: {reason}"
            yield NeverFires(rule, where, "Turn it on at its source, or rely on another.")


def _rows_of(name: str, ledger: Ledger) -> "np.typing.NDArray[np.intp]":
    if name not in ledger.signals:
        return np.empty(0, np.intp)
    return np.flatnonzero(ledger.signal == ledger.signals.index(name))


def _misspelt(rule: Rule) -> NeverFires:
    near = get_close_matches(rule.signal, signals(), n=1)
    todo = f"Did you mean {near[0]}?" if near else "docs/reference/signals.md lists the signals."
    return NeverFires(rule, "no signal has this name", todo)


def _nowhere(signal: Signal, ledger: Ledger) -> tuple[str, str]:
    here = {
        hardware
        for name in ledger.signals
        if (one := find(name)) is not None
        for hardware in one.hardware
    }
    wanted = set(signal.hardware)
    if "any" not in wanted and not wanted & here:
        only = " or ".join(sorted(wanted))
        there = ", ".join(sorted(here - {"any"})) or "no accelerator"
        return f"it exists on {only} only, and what is watched here is {there}", "Drop the rule."
    sources = ", ".join(sorted(signal.sources)) or "nothing yet"
    return "no source here gives it", f"It comes from {sources}; add such a source."
