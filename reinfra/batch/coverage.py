"""The coverage of each place, written down, and its drops as anomalies."""

import math
from collections.abc import Sequence

from reinfra.config import Settings
from reinfra.coverage.drops import RATIO, anomaly, drops, ratio_key
from reinfra.coverage.look import survey
from reinfra.model import Anomaly, Batch, Origin
from reinfra.store import Selector, Source, Store, Stored

SOURCE = Source("coverage")


def watch(
    store: Store, settings: Settings, series: Sequence[Stored], now: int
) -> dict[int, list[Anomaly]]:
    """Write how much of what is live is covered, and return the drops by series id.

    A drop is of the place that the silent series belong to, so it joins their incident.
    """
    live = [one for one in series if one.key.origin is Origin.LIVE]
    if series and not live:
        return {}  # of a recording nothing is owed, and beside a simulation nothing live is written
    ledger = survey(store, settings, live, now).ledger
    shares = [(ratio_key(place), tally.share) for place, tally in ledger.by_place().items()]
    known = [(key, share) for key, share in shares if math.isfinite(share)]
    if not known:
        return {}
    store.write(Batch.at_instant(now, known), SOURCE, watermark=now)
    ids = {one.key: one.id for one in store.series(Selector(RATIO))}
    found = (anomaly(drop, now) for drop in drops(ledger, now))
    return {ids[one.key]: [one] for one in found}
