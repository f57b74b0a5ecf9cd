"""One incident: what was seen, what began first, why it fired, and what was done about it."""

import streamlit as st

from dashboard import acting, cached, connection
from dashboard.charts.evidence import evidence_chart
from dashboard.parts.banner import banner
from dashboard.parts.drawing import draw, theme
from dashboard.parts.empty import empty
from dashboard.parts.guard import guarded
from dashboard.parts.incident_list import badges, found_incidents, incident_list, when
from dashboard.queries.evidence import BEFORE, stretch
from dashboard.queries.incidents import Case, case, ranked
from dashboard.queries.window import Window
from dashboard.tables import findings
from dashboard.text import markdown, plain
from reinfra.alerts.rules import scope
from reinfra.model import IncidentState, SeriesKey, Transition
from reinfra.store import Stored
from reinfra.store.incidents import NOT_USEFUL, USEFUL, StoredIncident, parse_id

_MOST_TRENDS = 25
_MOST_REASONS = 6


def main() -> None:
    banner()
    asked = st.query_params.get("incident")
    if asked is None:
        _choose()
        return
    shown = case(connection.store(), parse_id(asked))
    _header(shown.incident)
    _actions(shown.incident)
    _evidence(shown)
    _roots(shown)
    left, right = st.columns(2, gap="medium")
    with left:
        _why(shown)
        _changes(shown)
    with right:
        _history(shown)


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


def _actions(incident: StoredIncident) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Acknowledge",
            type="primary",
            shortcut="a",
            disabled=incident.state is not IncidentState.OPEN,
            on_click=_move,
            args=(incident.id, Transition.ACKNOWLEDGED),
        )
        st.button(
            "Resolve",
            disabled=incident.state is IncidentState.RESOLVED,
            on_click=_move,
            args=(incident.id, Transition.RESOLVED),
        )
        key = f"feedback-{incident.id}"
        st.segmented_control(
            "Was this worth telling?",
            [USEFUL, NOT_USEFUL],
            default=incident.feedback,
            key=key,
            on_change=_feedback,
            args=(incident.id, key),
        )


def _move(incident_id: int, to: Transition) -> None:
    st.toast(markdown(acting.move(connection.store(), incident_id, to)))


def _feedback(incident_id: int, key: str) -> None:
    acting.give_feedback(connection.store(), incident_id, st.session_state[key])


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


def _roots(shown: Case) -> None:
    st.subheader("Root order", anchor=False)
    st.caption("By onset: what began first is the likeliest cause, not a proven one.")
    ids = {one.series_id for one in shown.roots[:_MOST_TRENDS]}
    order = [one.series_id for one in shown.roots[:_MOST_TRENDS]]
    by_id = {one.id: one for one in cached.fleet(connection.database_url()) if one.id in ids}
    series = tuple(by_id[one] for one in order if one in by_id)
    window = stretch([one.found for one in shown.anomalies], cached.now()) if series else None
    trends = (
        cached.trends(connection.database_url(), tuple(order), window, 48, series) if window else []
    )
    st.dataframe(
        findings.roots(shown, trends),
        hide_index=True,
        alt="Series of this incident by onset",
        column_config={"course": st.column_config.LineChartColumn(width="medium")},
    )


def _why(shown: Case) -> None:
    st.subheader("Why it fired", anchor=False)
    st.markdown("\n".join(f"- {markdown(one, 400)}" for one in shown.reasons[:_MOST_REASONS]))
    left = len(shown.reasons) - _MOST_REASONS
    if left > 0:
        st.caption(f"and {left} more of the same kind")


def _changes(shown: Case) -> None:
    st.subheader("Changed nearby", anchor=False)
    if not shown.changes:
        st.caption("No version or setting is known to have changed there since six hours before.")
        return
    st.dataframe(findings.changes(shown), hide_index=True, alt="Changes near this incident")
    st.caption("Close in time and place: a candidate for the cause, not a proven one.")


def _history(shown: Case) -> None:
    st.subheader("Timeline", anchor=False)
    st.dataframe(findings.timeline(shown), hide_index=True, alt="Timeline")
    st.subheader("Notifications", anchor=False)
    if shown.messages:
        st.dataframe(findings.notifications(shown), hide_index=True, alt="Notifications")
    else:
        st.caption("No message was written for this incident: no channel is configured.")
    st.caption(f"Permalink: `/incident?incident={shown.incident.id}`")


guarded(main)
