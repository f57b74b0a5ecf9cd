"""Silences: those that hold, a form for another, and how to end one."""

import streamlit as st

from dashboard import acting, connection
from dashboard.parts.actions import done
from dashboard.parts.person import person
from dashboard.queries.delivery import held
from dashboard.tables import delivery as tables
from dashboard.text import markdown, plain
from reinfra.config import load_settings
from reinfra.config.matchers import written
from reinfra.model import ReinfraError
from reinfra.store.silences import Silence

_FORM = ("matchers", "lasting", "comment")


def silences() -> None:
    store = connection.store()
    now = store.clock()
    expired = st.toggle("Show those that are over too", key="expired", bind="query-params")
    there = held(store, now, expired=expired)
    if there:
        st.dataframe(tables.silences(there, now), hide_index=True, alt="Silences")
        _expire({one.id: one for one in there if one.ends_at > now})
    else:
        st.caption("No silence holds: every incident is told as its routes say.")
    _add()
    st.subheader("Maintenance windows", anchor=False)
    windows = load_settings().maintenance
    if windows:
        st.dataframe(tables.maintenance(windows), hide_index=True, alt="Maintenance windows")
    else:
        st.caption("The settings name none: `[[maintenance]]` with `[[time_interval]]`.")


def _expire(there: dict[int, Silence]) -> None:
    if not there:
        return
    names = {name: written(one.matchers) for name, one in there.items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "End a silence now",
            list(there),
            format_func=lambda one: plain(f"{one} · {names[one]}", 120),
            key="ended",
            width=420,
        )
        st.button("End it", on_click=_ended)


def _add() -> None:
    st.subheader("Silence something", anchor=False)
    with st.form("silence", border=True):
        st.text_area(
            "Labels, one a line",
            key="matchers",
            placeholder='severity=warning\nhost.name=~"gpu-.*"',
            help="= and != compare, =~ and !~ match a pattern. A word alone is an alertname.",
        )
        with st.container(horizontal=True):
            st.text_input("How long", "2h", key="lasting", width=140)
            st.text_input("Why", key="comment", max_chars=1_000)
        st.form_submit_button("Silence", on_click=_added)
    wrong = st.session_state.pop("wrong", "")
    if wrong:
        st.error(markdown(wrong, 600))


def _added() -> None:
    """What was typed stays where it was refused."""
    matchers, lasting, comment = (st.session_state[name] for name in _FORM)
    try:
        done(acting.silence(connection.store(), matchers, lasting, comment, person()))
    except ReinfraError as error:
        st.session_state["wrong"] = str(error)
        return
    st.session_state["matchers"] = st.session_state["comment"] = ""


def _ended() -> None:
    try:
        done(acting.expire(connection.store(), st.session_state["ended"], person()))
    except ReinfraError as error:
        st.session_state["wrong"] = str(error)
