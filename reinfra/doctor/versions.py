"""Whether what is installed on each host goes together."""

from collections.abc import Iterator

from reinfra.compat import Fit, check
from reinfra.coverage.subjects import named
from reinfra.doctor.finding import Finding, Level, sentence
from reinfra.store import Store, inventory

_LEVELS = {Fit.INCOMPATIBLE: Level.BAD, Fit.UNKNOWN: Level.NOTE, Fit.COMPATIBLE: Level.OK}
_MOST = 8


def versions(store: Store) -> Iterator[Finding]:
    """Those that do not go together first; those that do are counted."""
    with store.reading() as connection:
        facts = [one.fact for one in inventory.current(connection)]
    found = sorted(check(facts), key=lambda one: list(_LEVELS).index(one.fit))
    told = [one for one in found if one.fit is not Fit.COMPATIBLE]
    for one in told[:_MOST]:
        said = f"{one.what}: {one.fit}, {one.why}"
        yield Finding(_LEVELS[one.fit], f"versions {named(one.subject)}", sentence(said))
    if len(told) > _MOST:
        yield Finding(Level.NOTE, "versions", f"{len(told) - _MOST} more are in doubt.")
    if len(found) > len(told):
        yield Finding(Level.OK, "versions", f"{len(found) - len(told)} combinations fit.")
