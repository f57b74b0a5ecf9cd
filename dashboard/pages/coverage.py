"""What is watched, where it comes from, and under which licence."""

import streamlit as st

from dashboard import cached, connection
from dashboard.parts.banner import banner
from dashboard.parts.empty import empty
from dashboard.parts.guard import guarded
from dashboard.queries import counts
from dashboard.queries.fleet import reporting
from dashboard.queries.licences import licences
from dashboard.queries.window import as_of
from dashboard.tables import coverage as tables
from reinfra.model import Origin


def main() -> None:
    banner()
    fleet = cached.fleet(connection.database_url())
    st.title("Coverage", anchor=False)
    if not fleet:
        empty("No source has delivered anything yet", "reinfra collect --once")
        return
    with connection.store().reading() as reading:
        taken = counts.take(reading)
    now = cached.now()
    state = reporting(fleet, as_of(fleet, now).at)
    with st.grid(4, min_column_width=190):
        st.metric("Series", f"{state.series:,}", border=True)
        st.metric("Sources", f"{len(taken.sources):,}", border=True)
        st.metric("With a known cadence", f"{state.expected:,}", border=True)
        st.metric("Of those, reporting", f"{state.reporting:,}", border=True)
    st.subheader("Sources", anchor=False)
    st.dataframe(
        tables.sources(taken.sources, now),
        hide_index=True,
        alt="Sources",
        column_config={"note": st.column_config.TextColumn(width="large")},
    )
    if any(source.origin is Origin.RECORDED for source in taken.sources):
        st.subheader("Licences of the recordings that ship with reinfra", anchor=False)
        st.dataframe(tables.licences(licences()), hide_index=True, alt="Licences")
    st.subheader("Signals", anchor=False)
    st.dataframe(tables.signals(fleet), hide_index=True, alt="Signals")
    st.caption("Machines read `/healthz` and `/metrics` on this port.")


guarded(main)
