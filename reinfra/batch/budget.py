"""The page budget: settings of the dial replayed over what was found, beside what people were really told."""

from collections.abc import Callable
from dataclasses import dataclass

from reinfra.alerts.budget import Pages, replay, within
from reinfra.batch.deciding import rules
from reinfra.config import Settings
from reinfra.model import DAY, InputError, Transition
from reinfra.store import Store, anomalies, incidents
from reinfra.store.anomalies import StoredAnomaly

DIALS = (0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Budget:
    """`lines` from the strictest setting to the present one. `told` is how many incidents really opened."""

    since: int
    until: int
    present: float
    lines: tuple[Pages, ...]
    told: int
    budget: float
    proposed: Pages | None

    @property
    def said(self) -> str:
        """What happened, and what is proposed, in two lines."""
        weeks = (self.until - self.since) / (7 * DAY)
        told = f"Really opened: {self.told} in {weeks:.1f} weeks, {self.told / weeks:.2g} a week."
        if self.proposed is None:
            return f"{told}\nNo setting tried keeps to {self.budget:g} a week."
        dial = self.proposed.false_alarms
        keeps = "keeps" if dial == self.present else "would have kept"
        return f"{told}\ndetect.false_alarms = {dial:g} {keeps} to {self.budget:g} a week."


def lines(found: Budget) -> list[tuple[str, ...]]:
    """A row for each setting; the present one says so."""
    rows: list[tuple[str, ...]] = []
    for one in found.lines:
        low, high = one.interval
        now = " (now)" if one.false_alarms == found.present else ""
        cells = (str(one.opened), f"{one.per_week:.2g}", f"{low:.2g} to {high:.2g}")
        rows.append((f"{one.false_alarms:g}{now}", *cells))
    return rows


def budget(
    store: Store, settings: Settings, pages_per_week: float, days: float, now: int
) -> Budget:
    """Raises InputError where nothing was found in that time."""
    present = settings.detect.false_alarms
    span = now - round(days * DAY), now
    with store.reading() as connection:
        found = anomalies.between(connection, *span)
        told = sum(
            event.kind is Transition.OPENED and span[0] <= event.at < now
            for one in incidents.touching(connection, span[0])
            for event in incidents.transitions(connection, one.id)
        )
    if not found:
        todo = "Run `reinfra detect` first, or look back further with --days."
        raise InputError(f"nothing was found in the last {days:g} days", todo=todo)
    dials = sorted({*(one for one in DIALS if one < present), present})
    lines = replay(found, span, [(one, passes(one, present)) for one in dials], rules(settings))
    return Budget(*span, present, tuple(lines), told, pages_per_week, within(lines, pages_per_week))


def passes(dial: float, present: float) -> Callable[[StoredAnomaly], bool]:
    """What a threshold as much higher as the replay of calibration makes it would have let through."""
    from detectors.calibration.replay import stricter

    least = stricter(present, dial)
    return lambda one: one.found.score >= least * one.found.threshold or not _steered(one)


def _steered(one: StoredAnomaly) -> bool:
    """Whether the dial has a say: not in silences, nor where a detector has a limit of its own."""
    from detectors.registry import detector

    try:
        return detector(one.found.detector).limit is None
    except InputError:
        return False
