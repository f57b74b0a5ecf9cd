"""Reports that stand alone."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from reinfra.batch.gap_record import record
from reinfra.gaps import Refusal, Scorecard
from reinfra.gaps.figure import Figure, unknown
from reinfra.gaps.fleet_interval import FleetGap
from reinfra.gaps.fleet_rules import Standing, Target
from reinfra.gaps.live import FleetSide, LiveGap
from reinfra.gaps.live_measures import Provenance
from reinfra.gaps.report import markdown, page
from reinfra.model import Origin
from reinfra.store import Selector, Store

Results = dict[str, Scorecard | Refusal]
Write = Callable[[Sequence[Scorecard | Refusal]], str]


def test_the_page_loads_nothing_and_draws_every_comparable_pair(recorded: Results) -> None:
    made = page(list(recorded.values()))
    assert made.count("<section>") == len(recorded)
    assert made.count("<svg") >= 4
    assert "<script" not in made
    assert not re.search(r"(src|href)=|url\(|https?://(?!www\.w3\.org/2000/svg)", made)
    assert "refused: no figure of this pair means anything" in made


@pytest.mark.parametrize("write", [page, markdown])
def test_text_from_a_file_is_no_markup(recorded: Results, write: Write) -> None:
    result = next(one for one in recorded.values() if isinstance(one, Scorecard))
    rows = (replace(result.strata[0], payload="<script>alert(1)</script>"), *result.strata[1:])
    made = write([replace(result, title="<img src=x> | [a](b)", strata=rows)])
    assert "<script>" not in made
    assert "<img" not in made


def test_gaps_are_kept_as_series_of_the_least_real_origin(store: Store) -> None:
    side = FleetSide("a", 1.0, 8, ("hw.power",))
    gap = FleetGap(Figure(0.2, 0.1, 0.3), Target.KIND, Standing.FULL, ())
    one = LiveGap(
        measure="busy",
        title="Busy",
        relative=True,
        worse="down",
        provenance=Provenance.MEASURED,
        candidate=side,
        baseline=side,
        hours=72,
        gap=gap,
        notes=(),
        origin=Origin.SIMULATED,
    )
    none = replace(one, measure="tensor", gap=replace(gap, figure=unknown("no series")))
    assert record(store, [one, none], 1_700_000_000_000) == 1
    assert record(store, [one], 1_700_000_000_000) == 1
    (kept,) = store.series(Selector.parse("reinfra.gap.change"))
    assert kept.key.origin is Origin.SIMULATED
    assert store.samples([kept], 0, 2**60).value[0].tolist() == [0.2]
