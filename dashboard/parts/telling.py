"""Routes tried, messages and their fate, and the trail of an incident or a series."""

import streamlit as st

from dashboard import acting, connection
from dashboard.parts.actions import done
from dashboard.parts.person import person
from dashboard.queries import delivery as queries
from dashboard.tables import delivery as tables
from dashboard.text import markdown, plain
from reinfra.config import load_settings
from reinfra.model import ReinfraError
from reinfra.store.outbox import Delivery

_WORDS = {"waiting": Delivery.PENDING, "sent": Delivery.SENT, "given up": Delivery.DEAD}
_LONGEST = 500


def routes() -> None:
    settings = load_settings()
    st.subheader("Who would be told?", anchor=False)
    given = st.text_area(
        "Labels of an incident, one a line",
        "severity=critical",
        key="labels",
        bind="query-params",
        help="Nothing is sent and nothing is kept.",
    )
    store = connection.store()
    try:
        found = queries.trial(store, settings, given or "", store.clock())
    except ReinfraError as error:
        st.error(markdown(str(error), 600))
    else:
        if found:
            st.dataframe(tables.tried(found), hide_index=True, alt="Who would be told")
        else:
            st.warning("Nobody: no route leads to a receiver.")
    st.subheader("Routes", anchor=False)
    there = queries.routes(settings)
    st.dataframe(tables.routes(there), hide_index=True, alt="The tree of routes")


def outbox() -> None:
    state = st.segmented_control(
        "Messages",
        list(_WORDS),
        default="given up",
        required=True,
        key="messages",
        bind="query-params",
    )
    there = queries.messages(connection.store(), _WORDS[state or "given up"])
    if not there.counts:
        st.caption("No message was ever written: no receiver, or no incident. To try a receiver:")
        st.code("reinfra alerts test", language="shell")
        return
    st.dataframe(tables.receivers(there.counts), hide_index=True, alt="How each receiver stands")
    dead = [name for name, one in there.counts.items() if one.dead]
    for name in dead:
        st.button(
            f"Try again what {markdown(name)} was not told",
            key=f"retry-{name}",
            on_click=_retry,
            args=(name,),
        )
    if not there.messages:
        st.caption(f"No message is {state}.")
        return
    st.dataframe(
        tables.messages(there.messages),
        hide_index=True,
        alt=f"Messages {state}",
        column_config={"incident": st.column_config.LinkColumn(display_text=r"(INC-\d+)$")},
    )


def why() -> None:
    st.caption(
        "Why somebody was, or was not, told: an incident, such as INC-7; or a series and a time, "
        'such as `hw.temperature{host.name="a"}@2h`.'
    )
    name = st.text_input(
        "INCIDENT or SERIES@TIME", key="why", bind="query-params", max_chars=_LONGEST
    )
    if not name:
        return
    store = connection.store()
    samples = connection.samples_at(connection.database_url())
    try:
        with st.spinner("Reading its trail …"):
            said = queries.why(store, samples, load_settings(), name)
    except ReinfraError as error:
        st.error(markdown(str(error), 600))
        return
    lines = (" " * (len(one) - len(one.lstrip())) + plain(one, 1_000) for one in said)
    st.code("\n".join(lines), language=None, wrap_lines=True)


def _retry(channel: str) -> None:
    done(acting.retry(connection.store(), channel, person()))
