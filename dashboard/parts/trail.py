"""Where an incident came from, why it fired, who was told, and what it resembles."""

import streamlit as st

from dashboard import cached, connection
from dashboard.queries.causes import Causes
from dashboard.queries.incidents import Case
from dashboard.tables import causes as tables
from dashboard.tables import findings
from dashboard.text import markdown

_MOST_REASONS = 6


def places(known: Causes) -> None:
    if not known.roots:
        return
    st.subheader("Root order", anchor=False)
    st.caption(
        "Places by onset, over the topology: devices, hosts, services. "
        "What began first is the likeliest cause, not a proven one."
    )
    st.dataframe(tables.spread(known.roots), hide_index=True, alt="Places by onset")


def why(shown: Case, known: Causes) -> None:
    st.subheader("Why it fired", anchor=False)
    reasons = shown.reasons[:_MOST_REASONS] or ("Its timeline says so; no anomaly belongs to it.",)
    st.markdown("\n".join(f"- {markdown(one, 400)}" for one in reasons))
    left = len(shown.reasons) - _MOST_REASONS
    if left > 0:
        st.caption(f"and {left} more of the same kind")
    if known.rules:
        st.caption("What opens one, by the settings as they are now:")
        st.markdown("\n".join(f"- {markdown(one)}" for one in known.rules[:_MOST_REASONS]))


def changes(known: Causes) -> None:
    st.subheader("Changed nearby", anchor=False)
    if not known.changes:
        st.caption("No version or setting is known to have changed there in the day before.")
        return
    st.dataframe(tables.changes(known.changes), hide_index=True, alt="Changes near this incident")
    st.caption("The nearest first. Close in time and place: a candidate, not a proven cause.")


def history(shown: Case) -> None:
    st.subheader("Timeline", anchor=False)
    st.dataframe(findings.timeline(shown), hide_index=True, alt="Timeline")
    st.subheader("Who was told, and why not", anchor=False)
    if shown.decisions:
        st.dataframe(tables.decisions(shown.decisions), hide_index=True, alt="Decisions")
    else:
        st.caption("Nothing was decided about telling: no route leads to a receiver.")
    if shown.messages:
        st.dataframe(findings.notifications(shown), hide_index=True, alt="Notifications")
    else:
        st.caption("No message was written for this incident.")
    name = shown.incident.name
    st.caption(f"Permalink: `/incident?incident={shown.incident.id}`. In a terminal:")
    st.code(f"reinfra alerts why {name}", language="shell")


def alike(incident_id: int) -> None:
    """Comes last: reading the series of earlier episodes takes seconds."""
    found = cached.explanation(connection.database_url(), incident_id)
    st.subheader("Points", anchor=False)
    st.caption("The anomalies farthest above their thresholds, each at its worst point.")
    st.dataframe(tables.points(found), hide_index=True, alt="Points of the worst anomalies")
    st.subheader("Earlier episodes like it", anchor=False)
    table = tables.similar(found)
    if table.empty:
        st.caption("None of the episodes on record looks like it.")
        return
    st.dataframe(
        table,
        hide_index=True,
        alt="Earlier episodes like this incident",
        column_config={
            "incident": st.column_config.LinkColumn(display_text=r"(INC-\d+)$"),
            "distance": st.column_config.NumberColumn(help="0 is the same shape and length."),
        },
    )
