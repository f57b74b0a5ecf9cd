"""The scorecard of two fleets as series, so that a gap that widens is itself detected."""

from collections.abc import Iterable, Iterator

from reinfra.gaps.live import LiveGap
from reinfra.model import DERIVED_LABEL, ORIGIN_LABEL, Batch, Origin, SeriesKey
from reinfra.signals import signals
from reinfra.store import SampleStore, Source

CHANGE, LOW, HIGH = "reinfra.gap.change", "reinfra.gap.low", "reinfra.gap.high"


def record(store: SampleStore, found: Iterable[LiveGap], at: int) -> int:
    """Write every gap that has a value, with the ends of its interval; how many gaps. Raises StoreError.

    A gap of simulated series is simulated. Writing the same instant again replaces it.
    """
    kept = [one for one in found if one.gap.figure.value is not None]
    for origin in {one.origin for one in kept}:
        rows = [row for one in kept if one.origin is origin for row in _rows(one)]
        name = "gaps" if origin is Origin.LIVE else f"gaps.{origin}"
        store.write(Batch.at_instant(at, rows), Source(name, origin), watermark=at)
    return len(kept)


def _rows(one: LiveGap) -> Iterator[tuple[SeriesKey, float]]:
    labels = {
        "reinfra.gap.measure": one.measure,
        "reinfra.gap.candidate": one.candidate.name,
        "reinfra.gap.baseline": one.baseline.name,
        ORIGIN_LABEL: one.origin.value,
        DERIVED_LABEL: "hourly totals of both fleets",
    }
    figure = one.gap.figure
    for name, value in ((CHANGE, figure.value), (LOW, figure.low), (HIGH, figure.high)):
        if value is not None:
            yield signals()[name].key(labels), value
