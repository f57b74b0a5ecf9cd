"""Time range and scopes, kept in the address so that a link shows the same page."""

from dataclasses import dataclass

import streamlit as st

from dashboard import cached, connection
from dashboard.format import instant
from dashboard.queries.window import DEFAULT_RANGE, RANGES, Window, as_of
from dashboard.text import plain
from reinfra.alerts.rules import scope
from reinfra.signals.wording import duration
from reinfra.store import Stored


@dataclass(frozen=True, slots=True)
class Chosen:
    """`fleet` are the series of the chosen scopes, `scopes` is empty where all are."""

    window: Window
    scopes: tuple[str, ...]
    fleet: tuple[Stored, ...]
    at: int


def filters() -> Chosen:
    """The widgets and what they say; the page is of the newest sample's time where samples have ended."""
    whole = cached.fleet(connection.database_url())
    moment = as_of(whole, cached.now())
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        name = st.segmented_control(
            "Time range",
            list(RANGES),
            default=DEFAULT_RANGE,
            required=True,
            key="range",
            bind="query-params",
        )
        scopes = tuple(
            st.multiselect(
                "Scope",
                places(whole),
                format_func=lambda one: plain(one, 80),
                placeholder="every scope",
                key="scope",
                bind="query-params",
                width=380,
            )
        )
        if st.button("Refresh"):
            cached.forget()
            st.rerun()
    window = moment.last(RANGES[name or DEFAULT_RANGE])
    late = f" · the newest sample is {duration(moment.late)} old" if moment.late else ""
    st.caption(f"{instant(window.since)} to {instant(window.until)}{late}")
    chosen = tuple(one for one in whole if not scopes or scope(one.key) in scopes)
    return Chosen(window, scopes, chosen, moment.at)


def places(fleet: tuple[Stored, ...]) -> list[str]:
    """The scopes to choose from; a series that stands for itself is not a place."""
    scopes = {scope(stored.key) for stored in fleet}
    return sorted(one for one in scopes if not one.startswith("series "))
