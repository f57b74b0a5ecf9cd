"""What every subject is and runs, what changed, and what does not go together."""

from collections.abc import Sequence

import pandas as pd

from dashboard.format import instant
from dashboard.text import cell
from reinfra.compat import Compatibility, Fit
from reinfra.coverage.subjects import named
from reinfra.signals.wording import duration
from reinfra.store.inventory import Changed, StoredFact

_ORDER = (Fit.INCOMPATIBLE, Fit.UNKNOWN, Fit.COMPATIBLE)


def facts(found: Sequence[StoredFact]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "where": cell(named(one.subject)),
            "what": cell(one.name),
            "value": cell(one.value, 500),
            "since (UTC)": instant(one.since),
            "source": cell(one.source),
        }
        for one in found
    )


def changes(found: Sequence[Changed], now: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "at (UTC)": instant(one.at),
            "ago": duration(now - one.at),
            "where": cell(named(one.subject)),
            "what": cell(one.name),
            "before": cell(one.before, 500),
            "after": cell(one.after, 500),
        }
        for one in found
    )


def versions(found: Sequence[Compatibility]) -> pd.DataFrame:
    """Those that do not fit first."""
    return pd.DataFrame(
        {
            "where": cell(named(one.subject)),
            "versions": cell(one.what, 500),
            "fit": str(one.fit),
            "why": cell(one.why, 500),
            "by": cell(one.source),
        }
        for one in sorted(found, key=lambda one: _ORDER.index(one.fit))
    )
