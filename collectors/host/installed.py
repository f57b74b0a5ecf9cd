"""Which versions of frameworks, SDKs and drivers are installed on this host, asked for once an hour."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from collectors import versions
from reinfra.model import HOUR, Clock, Fact, Subject


@dataclass(slots=True)
class Installed:
    """`environments` are site-packages folders; none means reinfra's own."""

    environments: Sequence[str]
    clock: Clock
    _asked_at: int | None = field(default=None, init=False)

    def news(self, host: Subject) -> tuple[Fact, ...]:
        """What is installed, where that was not asked for lately; nothing otherwise."""
        now = self.clock()
        if self._asked_at is not None and 0 <= now - self._asked_at < HOUR:
            return ()
        self._asked_at = now
        return versions.facts(host, folders=self.environments)
