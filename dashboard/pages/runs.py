"""What the batch and the loops did: what died, what was left out, and what was tried before a change."""

import json

import streamlit as st

from dashboard import cached, connection
from dashboard.parts.banner import dead_man
from dashboard.parts.empty import empty
from dashboard.parts.guard import guarded
from dashboard.queries.history import Done, done, outcome, said
from dashboard.tables import history as tables
from dashboard.text import markdown
from reinfra.store.runs import Run

_WRONG = {
    "died": "It never ended: its process was killed, or its machine went away.",
    "partial": "A part of its series could not be searched; the next run does not come back to them.",
    "stale": "Its input was too old: look at what collects.",
    "failed": "It ended with an error.",
}


def main() -> None:
    dead_man()
    now = cached.now()
    there = done(connection.store(), now)
    st.title("Runs", anchor=False)
    if not (there.runs or there.pulses or there.backtests):
        empty("No run yet", "reinfra detect", why="The batch has not run on this database.")
        return
    _runs(there)
    _loops(there, now)
    _backtests(there)


def _runs(there: Done) -> None:
    st.subheader("Batch history", anchor=False)
    if not there.runs:
        st.caption("The batch has not run on this database: `reinfra detect` is a run.")
        return
    st.caption(f"The latest {len(there.runs)}, newest first: {said(there)}.")
    _warn(there.runs[0])
    st.dataframe(tables.runs(there.runs), hide_index=True, alt="Batch runs, newest first")
    by_id = {one.id: one for one in there.runs}
    chosen = st.selectbox(
        "All that is known of one run",
        list(by_id),
        index=None,
        placeholder="choose a run",
        format_func=lambda one: f"{one[:12]} · {outcome(by_id[one])}",
        key="run",
        bind="query-params",
        width=420,
    )
    if chosen is not None:
        st.dataframe(tables.run(by_id[chosen]), hide_index=True, alt="One run")


def _warn(latest: Run) -> None:
    """The last run that did not end well is said in a sentence."""
    word = outcome(latest)
    if word in _WRONG:
        why = f" {markdown(latest.error, 500)}" if latest.error else ""
        st.error(f"**The last run: {word}.** {_WRONG[word]}{why}")


def _loops(there: Done, now: int) -> None:
    st.subheader("Signs of life", anchor=False)
    if not there.pulses:
        st.caption("No loop has given one: `reinfra up` runs them all.")
        return
    st.dataframe(
        tables.pulses(there.pulses, there.beats, now), hide_index=True, alt="Loops and their state"
    )
    st.caption("A host that is gone for good is forgotten with `reinfra runs forget HOST`.")


def _backtests(there: Done) -> None:
    st.subheader("Backtests", anchor=False)
    if not there.backtests:
        st.caption("None is on record. To try a setting on history before changing it:")
        st.code("reinfra backtest --setting detect.false_alarms=0.1", language="shell")
        return
    st.dataframe(tables.backtests(there.backtests), hide_index=True, alt="Backtests on record")
    with st.expander("Figures of the latest"):
        st.code(json.dumps(there.backtests[0].figures, indent=2)[:20_000], language="json")


guarded(main)
