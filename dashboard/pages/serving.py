"""How models answer: latency, tokens, queue, cache and errors by service, model and prompt version."""

import streamlit as st

from dashboard import connection
from dashboard.cached import TTL
from dashboard.charts.serving import quantile_chart
from dashboard.parts.banner import banner
from dashboard.parts.drawing import draw, theme
from dashboard.parts.empty import empty
from dashboard.parts.filters import filters
from dashboard.parts.guard import guarded
from dashboard.queries import serving
from dashboard.queries.serving import MEASURES, SHARES, Group, Served, bounds
from dashboard.queries.window import Window
from dashboard.tables import serving as tables
from dashboard.text import plain
from reinfra.signals.wording import duration
from reinfra.store import Stored


def main() -> None:
    banner()
    st.title("Serving", anchor=False)
    chosen = filters()
    found = _served(connection.database_url(), chosen.window, chosen.scopes, chosen.fleet)
    if found is None:
        empty(
            "No model server has delivered a signal",
            "reinfra collect --once",
            why='Give reinfra a source with `collector = "scrape"` and the address of the metrics, or send '
            "it OpenTelemetry, then:",
        )
        return
    if found.read < found.of:
        st.warning(f"The first {found.read:,} of {found.of:,} series were read: choose a scope.")
    _latency(found)
    _work(found)


@st.cache_resource(ttl=TTL, max_entries=8, show_spinner="Reading what model servers did …")
def _served(
    url: str, window: Window, scopes: tuple[str, ...], _fleet: tuple[Stored, ...]
) -> Served | None:
    del scopes
    return serving.served(connection.samples_at(url), _fleet, window)


def _latency(found: Served) -> None:
    st.subheader("Latency", anchor=False)
    table = tables.latencies(found)
    if table.empty:
        st.caption("Unknown: no source delivers a latency.")
        return
    st.dataframe(table, hide_index=True, alt="Latency by service, model and prompt version")
    st.caption(
        "A quantile is given as the bounds of the bucket that it lies in: buckets say no more. "
        "Servers of one group are added up where their buckets are the same."
    )
    places = sorted(found.histograms)
    if not places:
        return
    picked = st.selectbox(
        "Over time",
        range(len(places)),
        format_func=lambda one: _named(*places[one]),
        key="over-time",
        width=640,
    )
    histogram = found.histograms[places[picked or 0]]
    spans = {name: bounds(histogram, SHARES[name]) for name in ("p50", "p95", "p99")}
    draw(quantile_chart(found.at, spans, theme()), "quantiles")
    st.caption(f"Steps of {duration(found.step)}.")


def _named(group: Group, metric: str) -> str:
    measure = next((name for name, metrics in MEASURES.items() if metric in metrics), metric)
    parts = (group.service, group.model, group.prompt and f"prompt {group.prompt}", measure)
    return plain(" · ".join(part for part in parts if part), 160)


def _work(found: Served) -> None:
    st.subheader("Requests, tokens, queue, cache and errors", anchor=False)
    st.dataframe(
        tables.work(found),
        hide_index=True,
        alt="Requests, tokens, queue, cache and errors by service, model and prompt version",
    )
    st.caption(
        "Means of the time; the most is of one step and one server. Unknown: no source says it."
    )


guarded(main)
