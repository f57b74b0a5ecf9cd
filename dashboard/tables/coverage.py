"""Which signals there are, and under which licence recordings come."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from dashboard.queries.licences import Licence
from dashboard.text import cell
from reinfra.model import DERIVED_LABEL
from reinfra.signals import find
from reinfra.signals.wording import duration
from reinfra.store import Stored


def licences(there: Sequence[Licence]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "file": cell(one.file),
            "recorded by": cell(one.by),
            "licence": cell(one.licence),
            "what": cell(one.what, 500),
            "changes": cell(one.changes, 500),
        }
        for one in there
    )


def signals(fleet: Sequence[Stored]) -> pd.DataFrame:
    """Every metric that has series, with what the registry knows of it."""
    many = Counter(stored.key.metric for stored in fleet)
    keys = {stored.key.metric: stored.key for stored in fleet}
    rows = []
    for metric in sorted(many):
        signal = find(metric)
        rows.append(
            {
                "signal": cell(metric),
                "what it is": signal.title if signal else "not in the registry",
                "unit": cell(keys[metric].unit),
                "kind": str(keys[metric].kind),
                "series": many[metric],
                "expected every": duration(1000 * signal.cadence)
                if signal and signal.cadence
                else "",
                "derived from": cell(keys[metric].label(DERIVED_LABEL)),
            }
        )
    return pd.DataFrame(rows)
