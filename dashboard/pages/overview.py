"""What is wrong, where, and since when."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import cached, connection, tiles
from dashboard.charts.heatmap import MOST_SCOPES, cells, heatmap
from dashboard.parts import tiles as tile_row
from dashboard.parts.banner import banner
from dashboard.parts.drawing import theme
from dashboard.parts.empty import empty
from dashboard.parts.filters import Chosen, filters
from dashboard.parts.guard import guarded
from dashboard.parts.incident_list import INCIDENT_PAGE, found_incidents, incident_list
from dashboard.queries import fleet as fleet_of
from dashboard.queries.incidents import Ranked, at, ranked
from dashboard.queries.quality import best
from dashboard.queries.rates import Marks, marks
from dashboard.queries.signals import busiest
from dashboard.tables.findings import most_anomalous
from reinfra.alerts.rules import scope
from reinfra.store.anomalies import StoredAnomaly

BUCKETS = 84
SPARK = 42


def main() -> None:
    banner()
    if not cached.fleet(connection.database_url()):
        empty(
            "No signals yet",
            "reinfra demo",
            why="The database is there and empty. The demo fills one with recorded data; "
            "`reinfra collect --once` reads this machine.",
        )
        return
    chosen = filters()
    window = chosen.window
    found = cached.found(connection.database_url(), window)
    there = ranked(connection.store(), window, found, chosen.scopes)
    marked = marks(chosen.fleet, found, window, BUCKETS)
    with st.container(key="body"):
        with st.container(key="tiles"):
            graded = fleet_of.has_grades(connection.store())
            last = tile_row.show(_tiles(chosen, there, marked), one_more=graded)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            _heat(marked, there)
            _series(marked, found)
        with right, st.container(key="incidents"):
            st.subheader("Incidents", anchor=False)
            st.caption(f"{found_incidents(there)}; by state, severity and score")
            incident_list(there, most=6)
    if last is not None:
        _judge(last)


def _tiles(chosen: Chosen, there: Sequence[Ranked], marked: Marks) -> list[tiles.Tile]:
    url = connection.database_url()
    before = chosen.window.before
    earlier = marks(chosen.fleet, cached.found(url, before), before, BUCKETS)
    shown = [
        tiles.incidents(there, marks(chosen.fleet, (), chosen.window, SPARK)),
        tiles.anomaly_rate(marked, earlier),
        tiles.coverage(fleet_of.reporting(chosen.fleet, chosen.at)),
    ]
    for family in ("latency", "utilization"):
        known = busiest(chosen.fleet, family, chosen.window)
        if known is not None:
            ids = tuple(stored.id for stored in chosen.fleet)
            course = cached.course(
                url, (known.name, ids), chosen.window, SPARK, known, chosen.fleet
            )
            shown.append(tiles.signal(course))
    return shown


def _judge(place: DeltaGenerator) -> None:
    """Comes last: judging the judges takes seconds, and nothing else waits for it."""
    with place:
        judged = tiles.judge(best(cached.qualities(connection.database_url())))
        if judged is not None:
            tile_row.show_one(judged)


def _heat(marked: Marks, there: Sequence[Ranked]) -> None:
    rates = marked.by_scope(scope)
    st.subheader("Anomaly rate by scope", anchor=False)
    st.caption(
        "Share of a scope's series outside their band, the worst first · "
        "click a cell to open its incident · UTC"
    )
    chart = heatmap(rates, theme())
    picked = st.echarts_chart(
        chart.option, height=chart.height, alt=chart.alt, key="heat", on_select="rerun"
    )
    if chart.note:
        st.caption(chart.note)
    _open(picked, cells(rates.worst_first(MOST_SCOPES)), there)


def _open(picked: object, table: pd.DataFrame, there: Sequence[Ranked]) -> None:
    """Go to the incident behind the clicked cell, if there is one."""
    selected = getattr(picked, "selection", {}).get("selected", [])
    rows = [row for group in selected for row in group.get("data_indices", [])]
    if not rows or rows[0] >= len(table):
        return
    cell = table.iloc[rows[0]]
    incident = at(there, cell["which"], int(cell["since"]), int(cell["until"]))
    if incident is None:
        st.toast("No incident covers this cell.")
    else:
        st.switch_page(INCIDENT_PAGE, query_params={"incident": str(incident.id)})


def _series(marked: Marks, found: Sequence[StoredAnomaly]) -> None:
    st.subheader("Most anomalous series", anchor=False)
    table = most_anomalous(marked, found)
    if table.empty:
        st.caption("No series had an anomaly in this time.")
        return
    st.dataframe(
        table,
        hide_index=True,
        alt="Most anomalous series",
        column_config={
            "share of time": st.column_config.ProgressColumn(
                format="percent", min_value=0.0, max_value=float(table["share of time"].max())
            ),
        },
    )


guarded(main)
