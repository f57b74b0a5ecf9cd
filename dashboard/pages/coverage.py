"""What is watched, what is not and why, what every host runs, and where the numbers come from."""

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboard import cached, connection, coverage_tiles
from dashboard.format import count
from dashboard.parts import tiles as tile_row
from dashboard.parts.banner import banner
from dashboard.parts.empty import empty
from dashboard.parts.guard import guarded
from dashboard.queries import counts
from dashboard.queries.counts import Counts
from dashboard.queries.coverage import Covered
from dashboard.queries.licences import licences
from dashboard.queries.window import Window
from dashboard.tables import coverage as tables
from dashboard.tables import inventory, ledger
from dashboard.text import plain
from reinfra.coverage.ledger import Ledger
from reinfra.coverage.subjects import place_of
from reinfra.model import DAY, Coverage, Origin

_POINTS = 48


def main() -> None:
    banner()
    url, now = connection.database_url(), cached.now()
    fleet = cached.fleet(url)
    covered = cached.covered(url, now, fleet)
    st.title("Coverage", anchor=False)
    if not fleet and not covered.watching:
        empty("No source has delivered anything yet", "reinfra collect --once")
        return
    history = cached.coverage_history(url, Window(now - DAY, now + 1), _POINTS)
    tile_row.show(coverage_tiles.tiles(covered, history))
    _quiet(covered.ledger, now)
    _rules(covered)
    _ledger(covered.ledger, now)
    with connection.store().reading() as reading:
        taken = counts.take(reading)
    _sources(covered, taken, now)
    _installed(url, now)
    if any(source.origin is Origin.RECORDED for source in taken.sources):
        st.subheader("Licences of the recordings that ship with reinfra", anchor=False)
        _table(tables.licences(licences()), "Licences")
    with st.expander("Every signal that has series"):
        _table(tables.signals(fleet), "Signals")
    st.caption("Machines read `/healthz` and `/metrics` on this port.")


def _quiet(found: Ledger, now: int) -> None:
    quiet = ledger.quiet(found, now)
    if not quiet.empty:
        st.subheader("Lost, dead or idle", anchor=False)
        _table(quiet, "Lost, dead or idle")


def _rules(covered: Covered) -> None:
    if covered.rules:
        st.subheader("Rules that can never fire", anchor=False)
        _table(ledger.rules(covered.rules), "Rules that can never fire")


def _ledger(found: Ledger, now: int) -> None:
    st.subheader("Ledger", anchor=False)
    if not len(found):
        st.caption("No series of a registered signal is known here.")
        return
    share = st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)
    places = ledger.places(found)
    _table(places, "Coverage by place", {"coming": share}, height=_height(places, 8))
    many = found.counts()
    st.caption(
        " · ".join(f"{many[state]:,} {state}" for state in ledger.WORST_FIRST if many[state])
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        states = st.pills(
            "State",
            [str(state) for state in ledger.WORST_FIRST if many[state]],
            selection_mode="multi",
            key="state",
            bind="query-params",
        )
        where = st.multiselect(
            "Where",
            sorted({place_of(subject)[1] for subject in found.subjects}),
            format_func=lambda one: plain(one, 80),
            placeholder="everywhere",
            key="where",
            bind="query-params",
            width=380,
        )
    which = ledger.chosen(found, [Coverage(one) for one in states], where)
    _table(ledger.rows(found, which, now), "Ledger")
    shown = min(which.size, ledger.MOST_ROWS)
    st.caption(f"{shown:,} of {count(which.size, 'signal')} shown, the worst first")


def _sources(covered: Covered, taken: Counts, now: int) -> None:
    st.subheader("Sources", anchor=False)
    large = {name: st.column_config.TextColumn(width="large") for name in ("error", "note")}
    _table(ledger.sources(covered, taken.sources, now), "Sources", large)
    if covered.refused:
        st.caption("What sources gave and was not taken, beside samples")
        _table(ledger.refused(covered.refused), "Refused")


def _installed(url: str, now: int) -> None:
    there = cached.installed(url, now)
    st.subheader("Inventory", anchor=False)
    if not there.facts:
        st.caption("No source said yet what its hosts, devices and services are.")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.caption("Now")
        facts = inventory.facts(there.facts)
        _table(facts, "Inventory", height=_height(facts, 10))
    with right:
        st.caption("What changed in the last 30 days")
        if there.changes:
            _table(inventory.changes(there.changes, now), "Changes")
        else:
            st.write("Nothing.")
    if there.versions:
        st.caption("Whether versions go together, by what their makers say")
        _table(inventory.versions(there.versions), "Versions")


def _table(
    rows: pd.DataFrame,
    alt: str,
    columns: Mapping[str, Any] | None = None,
    height: int | Literal["auto"] = "auto",
) -> None:
    st.dataframe(rows, hide_index=True, alt=alt, column_config=columns, height=height)


def _height(rows: pd.DataFrame, most: int) -> int:
    """In pixels, of as many rows as there are, up to so many."""
    return 35 * (min(len(rows), most) + 1) + 3


guarded(main)
