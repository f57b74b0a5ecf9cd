"""Who is told: silences, routes, messages, and why somebody was or was not."""

import streamlit as st

from dashboard.parts import silencing, telling
from dashboard.parts.banner import dead_man
from dashboard.parts.guard import guarded

VIEWS = {
    "Silences": silencing.silences,
    "Routes": telling.routes,
    "Messages": telling.outbox,
    "Why": telling.why,
}


def main() -> None:
    dead_man()
    st.title("Alerts", anchor=False)
    view = st.segmented_control(
        "Show",
        list(VIEWS),
        default="Silences",
        required=True,
        label_visibility="collapsed",
        key="view",
        bind="query-params",
    )
    VIEWS[view or "Silences"]()


guarded(main)
