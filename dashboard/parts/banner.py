"""Where the numbers on a page come from, said on every page."""

from collections.abc import Sequence

import streamlit as st

from dashboard import connection
from dashboard.format import count
from dashboard.text import markdown
from reinfra.alerts.deadman import look
from reinfra.config import load_settings
from reinfra.model import Origin
from reinfra.store import sources
from reinfra.store.sources import SourceState

_SHORT = 2
_ICONS = {
    Origin.SIMULATED: ":material/warning:",
    Origin.RECORDED: ":material/replay:",
    Origin.LIVE: ":material/sensors:",
}


def banner() -> None:
    """The origin of everything in the store; before it, which loop of reinfra has stopped."""
    dead_man()
    with connection.store().reading() as reading:
        there = sources.listing(reading)
    for origin in Origin:
        of_origin = [source for source in there if source.origin is origin]
        if of_origin:
            _show(origin, of_origin)


def dead_man() -> None:
    """What is on the page may be old: a loop that has stopped is said before all else."""
    store = connection.store()
    now = store.clock()
    for one in look(store, load_settings().deadman, now):
        if one.stopped:
            st.error(f"**reinfra {one.loop} has stopped:** {markdown(one.said(now), 500)}.")


def recorded(note: str) -> None:
    """The origin of numbers that are not from the sources in the store."""
    st.info(f"**Recorded data:** {markdown(note, 500)}; nothing simulated.")


def said(origin: Origin, many: int) -> str:
    """What kind of numbers these are, in one line of markdown."""
    named = count(many, "source")
    match origin:
        case Origin.SIMULATED:
            return f"**SIMULATED:** {named}, no number on this page was measured."
        case Origin.RECORDED:
            return (
                f"**Recorded data:** {named}, measured elsewhere at another time; "
                "times shifted as each note says, nothing simulated."
            )
        case Origin.LIVE:
            return f"**Live data** from {named}."


def _show(origin: Origin, of_origin: Sequence[SourceState]) -> None:
    """The notes are the sources' own words; many of them fold away."""
    line = said(origin, len(of_origin))
    notes = list(dict.fromkeys(markdown(one.note, 500) for one in of_origin if one.note))
    if len(notes) <= _SHORT:
        _box(origin, " ".join([line, *(f"{note}." for note in notes)]))
        return
    with st.expander(line, icon=_ICONS[origin]):
        st.markdown("\n".join(f"- {note}" for note in notes))


def _box(origin: Origin, line: str) -> None:
    match origin:
        case Origin.SIMULATED:
            st.warning(line)
        case Origin.RECORDED:
            st.info(line)
        case Origin.LIVE:
            st.caption(line)
