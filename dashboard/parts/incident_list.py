"""Incidents as a list of links, two lines each, so that no title is cut."""

from collections.abc import Sequence

import streamlit as st

from dashboard.format import count, instant
from dashboard.palette import BADGES, Badge
from dashboard.queries.incidents import Ranked
from dashboard.text import markdown, plain
from reinfra.model import IncidentState
from reinfra.signals.wording import duration, number
from reinfra.store.incidents import StoredIncident

STATES: dict[IncidentState, Badge] = {
    IncidentState.OPEN: "red",
    IncidentState.ACKNOWLEDGED: "blue",
    IncidentState.RESOLVED: "green",
}
INCIDENT_PAGE = "pages/incident.py"


def incident_list(ranked: Sequence[Ranked], most: int = 8) -> None:
    for one in ranked[:most]:
        _row(one)
    if len(ranked) > most:
        with st.expander(f"{len(ranked) - most} more"):
            for one in ranked[most:]:
                _row(one)


def badges(incident: StoredIncident) -> None:
    st.badge(incident.severity, color=BADGES[incident.severity])
    st.badge(incident.state, color=STATES[incident.state])


def when(incident: StoredIncident) -> str:
    """Plain text: where, since when, how long, how much of it."""
    return " · ".join(
        (
            plain(incident.scope, 80),
            f"since {instant(incident.since)}",
            _lasted(incident),
            f"{incident.series_count} series",
        )
    )


def _row(one: Ranked) -> None:
    incident = one.incident
    worst = f" · {number(one.excess)} times its threshold" if one.excess else ""
    with st.container(border=True, gap="xxsmall"):
        st.page_link(
            INCIDENT_PAGE,
            label=f"**{incident.name}** {markdown(incident.title)}",
            query_params={"incident": str(incident.id)},
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            badges(incident)
            st.caption(markdown(when(incident) + worst))


def found_incidents(ranked: Sequence[Ranked]) -> str:
    unresolved = sum(one.incident.state is not IncidentState.RESOLVED for one in ranked)
    return f"{count(len(ranked), 'incident')}, {unresolved} unresolved"


def _lasted(incident: StoredIncident) -> str:
    lasted = incident.until - incident.since
    return f"lasted {duration(lasted)}" if lasted else "a single moment"
