"""Any series: found by selector or words, drawn, compared, taken apart, and tried on a detector."""

from dataclasses import replace

import numpy as np
import streamlit as st

from dashboard import cached, connection, explored
from dashboard.charts.decomposition import decomposition_chart
from dashboard.charts.evidence import Shown, series_chart
from dashboard.format import count, instant, percent
from dashboard.parts.banner import banner
from dashboard.parts.drawing import draw, theme
from dashboard.parts.empty import empty
from dashboard.parts.filters import Chosen, filters
from dashboard.parts.guard import guarded
from dashboard.queries import preview as preview_of
from dashboard.queries.evidence import BEFORE, Evidence
from dashboard.queries.explore import Explored
from dashboard.queries.preview import Preview
from dashboard.queries.search import MOST_TEXT, search
from dashboard.tables import series as tables
from dashboard.text import markdown, plain
from reinfra.model import DERIVED_LABEL, InputError
from reinfra.signals.wording import duration, signal_name
from reinfra.store import Stored

NO_DETECTOR = "none"
_MOST_LISTED = 50


def main() -> None:
    banner()
    st.title("Series explorer", anchor=False)
    if not cached.fleet(connection.database_url()):
        empty("No series yet", "reinfra collect --once")
        return
    chosen = filters()
    stored = _choose(chosen)
    if stored is not None:
        _series(chosen, stored)


def _choose(chosen: Chosen) -> Stored | None:
    text = st.text_input(
        "Search",
        key="q",
        bind="query-params",
        max_chars=MOST_TEXT,
        placeholder='words, or a selector such as hw.power{host.name="a"}',
        help="Words are looked for in names, titles and labels; a selector is the command line's.",
    )
    try:
        found = search(chosen.fleet, text)
    except InputError as error:
        st.error(markdown(str(error), 600))
        return None
    if not found.series:
        st.caption("No series matches. `reinfra explain` lists every signal that is known.")
        return None
    shown = len(found.series)
    st.caption(
        f"{count(found.total, 'series', 'series')} found"
        + (f", the first {shown:,} to choose from" if shown < found.total else "")
    )
    names = {one.key.fingerprint.hex(): one for one in found.series}
    picked = st.selectbox(
        "Series",
        list(names),
        format_func=lambda one: plain(str(names[one].key), 200),
        key="series",
        bind="query-params",
    )
    with st.expander(f"The first {min(shown, _MOST_LISTED)} as a table"):
        table = tables.matches(found.series[:_MOST_LISTED])
        st.dataframe(table, hide_index=True, alt="Series found")
    return names.get(picked)


def _series(chosen: Chosen, stored: Stored) -> None:
    key = stored.key
    st.subheader(markdown(signal_name(key), 120), anchor=False)
    st.text(plain(tables.labels(key), 400))
    if key.label(DERIVED_LABEL):
        st.caption(f"Derived, not measured: {markdown(key.label(DERIVED_LABEL))}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        before = st.segmented_control(
            "Compare with",
            list(BEFORE),
            default="nothing",
            required=True,
            key="compare",
            bind="query-params",
        )
        name = st.selectbox(
            "Try a detector",
            [NO_DETECTOR, *preview_of.names()],
            key="detector",
            bind="query-params",
            width=240,
            help="Scores this time in memory as detection would. Nothing is stored, nobody is told.",
        )
    url, window = connection.database_url(), chosen.window
    shift = BEFORE.get(before or "nothing", 0)
    found = explored.explored(url, key.fingerprint.hex(), window, shift, stored)
    if not np.isfinite(found.shown.measured).any():
        st.info(
            f"No sample in this time; this series has samples from {instant(stored.first_at)} "
            f"to {instant(stored.last_at)}."
        )
        return
    tried = _tried(chosen, stored, name) if name and name != NO_DETECTOR else None
    _chart(chosen, stored, found, tried, (before or "") if shift else "")
    if tried is not None:
        _flagged(tried, name)
    _parts(chosen, stored)


def _tried(chosen: Chosen, stored: Stored, name: str) -> Preview | None:
    key = stored.key
    siblings = tuple(
        one for one in chosen.fleet if one.key.metric == key.metric and one.id != stored.id
    )
    try:
        return explored.previewed(
            connection.database_url(), key.fingerprint.hex(), chosen.window, name, stored, siblings
        )
    except InputError as error:
        st.warning(markdown(f"{name} cannot judge this series: {error}", 400))
        return None


def _chart(
    chosen: Chosen, stored: Stored, found: Explored, tried: Preview | None, before: str
) -> None:
    kept = cached.found(connection.database_url(), chosen.window)
    known = [(one.found.since, one.found.until) for one in kept if one.series_id == stored.id]
    stretches = [(one.since, one.until) for one in tried.anomalies] if tried else known
    evidence, band = found.shown, "least to greatest" if found.coarse else ""
    if tried is not None and not found.coarse:
        evidence, band = _with_band(evidence, tried), "expected"
    alt = (
        f"{plain(str(stored.key), 120)} from {instant(chosen.window.since)} to "
        f"{instant(chosen.window.until)}; {count(len(stretches), 'strange stretch', 'strange stretches')}"
    )
    shown = Shown(stored.key, stretches, alt, before, band)
    draw(series_chart(evidence, shown, theme()), "series-chart")
    st.caption(_said(found, tried, len(known)))
    st.download_button(
        "Download CSV",
        lambda: tables.samples(evidence).to_csv(index=False),
        file_name="series.csv",
        mime="text/csv",
        on_click="ignore",
    )


def _said(found: Explored, tried: Preview | None, known: int) -> str:
    step = duration(found.shown.step)
    length = (
        f"Means of {step}, with the least and the greatest of each"
        if found.coarse
        else f"Steps of {step}"
    )
    marked = (
        "what the tried detector would flag"
        if tried
        else count(known, "stored anomaly", "stored anomalies")
    )
    return f"{length}. Shaded: {marked}."


def _with_band(found: Evidence, tried: Preview) -> Evidence:
    """The band at the chart's times, as the last step of the detector's grid before each had it."""
    if not tried.times.size:
        return found
    rows = np.searchsorted(tried.times, found.times, side="right") - 1
    known = rows >= 0
    low, high = (
        np.where(known, band[np.maximum(rows, 0)], np.nan) for band in (tried.low, tried.high)
    )
    with np.errstate(invalid="ignore"):
        outside = (found.measured < low) | (found.measured > high)
    return replace(found, low=low, high=high, outside=outside)


def _flagged(tried: Preview, name: str) -> None:
    many = count(len(tried.anomalies), "anomaly", "anomalies")
    st.markdown(f"**{markdown(name)} would flag {many} in this time.** Nothing was stored.")
    judged = percent(tried.judged)
    st.caption(f"{tried.note}; {judged} of the samples could be judged.")
    if tried.anomalies:
        st.dataframe(tables.flagged(tried.anomalies), hide_index=True, alt="What would be flagged")


def _parts(chosen: Chosen, stored: Stored) -> None:
    if not st.toggle("Trend and daily season", key="parts", bind="query-params"):
        return
    key = stored.key.fingerprint.hex()
    block, parts = explored.parts(connection.database_url(), key, chosen.window, stored)
    if parts is None:
        st.caption("Unknown: a daily season needs seven days with four hours of five sampled.")
        return
    st.caption("Means of hours over 14 days or more, taken apart by STL (robust, period of a day).")
    draw(decomposition_chart(block, parts, theme()), "parts-chart")


guarded(main)
