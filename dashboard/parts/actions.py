"""What a person can do with an incident."""

import streamlit as st

from dashboard import acting, connection
from dashboard.parts.person import person
from dashboard.text import markdown
from reinfra.model import IncidentState, ReinfraError, Transition
from reinfra.store.incidents import FEEDBACK, StoredIncident

SNOOZES = ("30m", "2h", "8h", "1d", "3d")


def actions(incident: StoredIncident) -> None:
    over = incident.state is IncidentState.RESOLVED
    snoozing, feedback = f"snooze-{incident.id}", f"feedback-{incident.id}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Acknowledge",
            type="primary",
            shortcut="a",
            disabled=incident.state is not IncidentState.OPEN,
            on_click=_move,
            args=(incident.id, Transition.ACKNOWLEDGED),
        )
        st.menu_button(
            "Snooze",
            SNOOZES,
            key=snoozing,
            disabled=over,
            format_func=lambda one: f"for {one}",
            on_click=_snooze,
            args=(incident.id, snoozing),
        )
        st.button(
            "Resolve",
            disabled=over,
            on_click=_move,
            args=(incident.id, Transition.RESOLVED),
        )
        st.segmented_control(
            "Was this worth telling?",
            FEEDBACK,
            default=incident.feedback,
            key=feedback,
            on_change=_feedback,
            args=(incident.id, feedback),
        )


def done(said: str) -> None:
    st.toast(markdown(said))


def _move(incident_id: int, to: Transition) -> None:
    done(acting.move(connection.store(), incident_id, to, person()))


def _snooze(incident_id: int, key: str) -> None:
    lasting = st.session_state[key]
    if lasting is None:
        return
    try:
        done(acting.snooze(connection.store(), incident_id, lasting, person()))
    except ReinfraError as error:
        done(str(error))


def _feedback(incident_id: int, key: str) -> None:
    acting.give_feedback(connection.store(), incident_id, st.session_state[key], person())
