"""One incident: what was seen, what began first, why it fired, and what was done about it."""

import streamlit as st

from dashboard import cached, connection
from dashboard.charts.evidence import evidence_chart
from dashboard.format import instant, usd
from dashboard.parts.actions import actions
from dashboard.parts.banner import banner
from dashboard.parts.drawing import draw, theme
from dashboard.parts.empty import empty
from dashboard.parts.guard import guarded
from dashboard.parts.incident_list import (
    INCIDENT_PAGE,
    badges,
    found_incidents,
    incident_list,
    when,
)
from dashboard.parts.trail import alike, changes, history, places, why
from dashboard.queries.causes import Causes, causes, spent
from dashboard.queries.evidence import BEFORE, stretch
from dashboard.queries.incidents import Case, case, ranked
from dashboard.queries.window import Window
from dashboard.tables import findings
from dashboard.text import markdown, plain
from reinfra.alerts.rules import scope
from reinfra.model import IncidentState, SeriesKey
from reinfra.store import Stored
from reinfra.store.incidents import StoredIncident, parse_id

_MOST_TRENDS = 25


def main() -> None:
    banner()
    asked = st.query_params.get("incident")
    if asked is None:
        _choose()
        return
    shown = case(connection.store(), parse_id(asked))
    known = causes(connection.store(), shown)
    _header(shown.incident)
    _cost(shown, known)
    actions(shown.incident)
    _evidence(shown)
    places(known)
    _series(shown, known)
    left, right = st.columns(2, gap="medium")
    with left:
        why(shown, known)
        changes(known)
    with right:
        history(shown)
    if shown.anomalies:
        alike(shown.incident.id)


def _choose() -> None:
    there = ranked(connection.store(), Window(0, cached.now()), ())
    if not there:
        empty("No incident yet", "reinfra detect", why="Nothing strange has been found so far.")
        return
    st.subheader("Incidents", anchor=False)
    st.caption(f"{found_incidents(there)}; unresolved ones first")
    incident_list(there, most=20)


def _header(incident: StoredIncident) -> None:
    st.title(f"{incident.name} · {markdown(incident.title)}", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        badges(incident)
        st.text(when(incident))
    now = cached.now()
    quiet, flapping = incident.snoozed_until or 0, incident.flapping_until or 0
    if incident.state is not IncidentState.RESOLVED and quiet > now:
        st.info(f"Snoozed until {instant(quiet)}: nothing is told of it but its end.")
    if flapping > now:
        st.info(f"Flapping: it came and went too often; marked so until {instant(flapping)}.")
    if incident.merged_into is not None:
        taken = f"INC-{incident.merged_into}"
        st.page_link(INCIDENT_PAGE, label=f"Merged into {taken}", query_params={"incident": taken})


def _cost(shown: Case, known: Causes) -> None:
    """What the affected hosts cost; never a guess."""
    cost, so_far = known.cost, spent(known.cost, shown, cached.now())
    if cost.usd_per_hour is None or so_far is None:
        st.caption(f"Cost per hour unknown: {markdown(cost.basis)}.")
        return
    per_hour, total = markdown(usd(cost.usd_per_hour)), markdown(usd(so_far))
    st.markdown(f"**{per_hour} per hour** for what is affected, {total} so far")
    st.caption(f"List price: {markdown(cost.basis, 500)}")


def _evidence(shown: Case) -> None:
    if not shown.roots:
        st.caption("No anomaly is kept for this incident.")
        return
    names = {one.series_id: _name(one.found.key) for one in shown.roots}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        series_id = st.selectbox(
            "Series, what began first on top",
            list(names),
            format_func=lambda one: plain(names[one], 120),
            width=560,
        )
        before = st.segmented_control(
            "Compare with",
            list(BEFORE),
            default="nothing",
            required=True,
            key="compare",
            bind="query-params",
        )
    stored = _stored(series_id)
    if stored is None:
        return
    before = before or "nothing"
    anomalies = shown.of_series(series_id)
    window = stretch(anomalies, cached.now())
    key = (shown.incident.id, series_id, anomalies)
    url = connection.database_url()
    found = cached.evidence(url, key, window, BEFORE[before], stored, anomalies[0])
    chart = evidence_chart(found, anomalies, theme(), before="" if before == "nothing" else before)
    draw(chart, "evidence")


def _name(key: SeriesKey) -> str:
    """Signal and place first: the full key is long, and begins alike for all series of a host."""
    return f"{key.metric} · {scope(key)} · {key}"


def _stored(series_id: int) -> Stored | None:
    fleet = cached.fleet(connection.database_url())
    return next((stored for stored in fleet if stored.id == series_id), None)


def _series(shown: Case, known: Causes) -> None:
    if not shown.roots:
        return
    st.subheader("Series by onset", anchor=False)
    order = [one.series_id for one in shown.roots[:_MOST_TRENDS]]
    by_id = {one.id: one for one in cached.fleet(connection.database_url()) if one.id in set(order)}
    series = tuple(by_id[one] for one in order if one in by_id)
    window = stretch([one.found for one in shown.anomalies], cached.now()) if series else None
    trends = (
        cached.trends(connection.database_url(), tuple(order), window, 48, series) if window else []
    )
    st.dataframe(
        findings.roots(shown, trends, known.shares),
        hide_index=True,
        alt="Series of this incident by onset",
        column_config={
            "course": st.column_config.LineChartColumn(width="medium"),
            "share": st.column_config.NumberColumn(
                format="percent", help="Of how far the whole incident is out of its bands."
            ),
        },
    )


guarded(main)
