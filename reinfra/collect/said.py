"""What sources say of themselves, written when it is news and repeated now and then."""

from dataclasses import dataclass, field

from reinfra.model import MINUTE, Absence, Report
from reinfra.store import Store, ledger

REPEAT = MINUTE
"""How long the ledger may go without hearing that nothing has changed: less than anyone waits for a source."""


@dataclass(frozen=True, slots=True)
class _Last:
    at: int
    absences: frozenset[Absence]
    error: str


@dataclass(slots=True)
class Said:
    """The end of each collection. A source of forty devices lists hundreds of absences, mostly the same ones."""

    store: Store
    _last: dict[str, _Last] = field(default_factory=dict)

    def over(self, name: str, absences: tuple[Absence, ...] = (), error: str = "") -> None:
        """A collection of `name` has ended: what was absent in all of it, and why it failed if it did.

        Raises StoreError.
        """
        now = self.store.clock()
        last, this = self._last.get(name), _Last(now, frozenset(absences), error)
        if (
            last
            and (last.absences, last.error) == (this.absences, error)
            and now - last.at < REPEAT
        ):
            return
        ledger.record(self.store, name, Report(absences=absences), now)
        if error:
            ledger.failed(self.store, name, error, now)
        else:
            ledger.answered(self.store, name, now)
        self._last[name] = this
