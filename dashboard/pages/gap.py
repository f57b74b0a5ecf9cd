"""Purpose-built against adapted infrastructure: what is known, how sure, and what cannot be compared."""

import streamlit as st

from dashboard import cached
from dashboard.charts.intervals import intervals
from dashboard.charts.waterfall import waterfall
from dashboard.format import percent, signed, usd
from dashboard.parts.banner import recorded
from dashboard.parts.drawing import draw, theme
from dashboard.parts.guard import guarded
from dashboard.queries import gap
from dashboard.tables import gap as tables
from dashboard.text import markdown, plain
from reinfra.gaps.scorecard import Refusal, Scorecard


def main() -> None:
    recorded(gap.NOTE)
    found = cached.comparisons()
    cards = [one for one in found if isinstance(one, Scorecard)]
    st.title("Purpose-built against adapted", anchor=False)
    place = st.selectbox(
        "Comparison, candidate against baseline",
        range(len(cards)),
        format_func=lambda one: plain(cards[one].title),
        key="pair",
        bind="query-params",
        width=640,
    )
    card = cards[place]
    st.caption(
        f"{markdown(card.verdict).capitalize()}. Relative figures are candidate against baseline; less time and "
        f"less cost are better. Intervals: {markdown(card.interval_note, 400)}."
    )
    _tiles(card)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _forest(card)
    with right:
        _decomposition(card)
    _details(card, found)


def _tiles(card: Scorecard) -> None:
    token, naive = card.measure("time_per_token").figure, card.measure("naive_latency").figure
    cost = card.cost
    with st.grid(4, min_column_width=230):
        _tile(
            "Cost of 1 M output tokens",
            "unknown" if cost.candidate.value is None else usd(cost.candidate.value),
            ""
            if cost.difference.value is None
            else f"{signed(round(cost.difference.value, 2))} USD",
            tables.interval(cost.difference, factor=1.0, unit="USD"),
        )
        _tile("Time per output token, matched", tables.relative(token), "", tables.interval(token))
        _tile("Latency, pooled (naive)", tables.relative(naive), "", naive.reason)
        _tile(
            "Matched share of rows",
            f"{percent(card.candidate_share)} / {percent(card.baseline_share)}",
            "",
            f"candidate / baseline; {len(card.strata)} strata compared, {len(card.dropped)} dropped",
        )


def _tile(label: str, value: str, delta: str, against: str) -> None:
    with st.container(border=True, height="stretch"):
        st.metric(label, value, delta or None, delta_color="inverse")
        st.caption(markdown(against, 400))


def _forest(card: Scorecard) -> None:
    st.subheader("Time per output token, by kind of work", anchor=False)
    lines = tables.forest(card)
    if not lines:
        st.caption(markdown(card.measure("time_per_token").figure.reason, 400))
        return
    title = "candidate against baseline, % (95 % intervals); left of 0: the candidate is faster"
    draw(intervals(lines, theme(), title=title, reference=0.0), "forest")


def _decomposition(card: Scorecard) -> None:
    st.subheader("Where the difference in cost comes from", anchor=False)
    parts = tables.steps(card)
    if parts is None:
        st.caption(markdown(card.cost.difference.reason, 400))
        return
    draw(waterfall(*parts, theme(), unit="USD / 1 M output tokens"), "decomposition")


def _details(card: Scorecard, found: tuple[Scorecard | Refusal, ...]) -> None:
    st.subheader("What was compared", anchor=False)
    st.dataframe(tables.measures(card), hide_index=True, alt="Measures")
    st.dataframe(tables.strata(card), hide_index=True, alt="Strata compared and dropped")
    factors = "\n".join(f"- {markdown(factor, 400)}" for factor in card.unmatched)
    st.markdown(f"Not matched, so any of it may be the reason:\n{factors}")
    with st.expander("Every check of this comparison"):
        st.dataframe(tables.gates(card), hide_index=True, alt="Checks")
    st.subheader("Refused comparisons", anchor=False)
    st.dataframe(tables.refusals(found), hide_index=True, alt="Refused comparisons and why")
    st.subheader("Classes and prices", anchor=False)
    st.dataframe(tables.instances(gap.sides(found)), hide_index=True, alt="Classes and prices")


guarded(main)
