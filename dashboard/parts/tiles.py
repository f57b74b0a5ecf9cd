"""Tiles on the page."""

from collections.abc import Sequence

import streamlit as st

from dashboard.tiles import Tile

_NARROWEST = 180


def show(tiles: Sequence[Tile]) -> None:
    """Side by side, in as many columns as the screen has room for."""
    with st.grid(max(len(tiles), 1), min_column_width=_NARROWEST):
        for tile in tiles:
            _tile(tile)


def _tile(tile: Tile) -> None:
    """Label and comparison are texts of their own: those of a metric are cut off where they are long."""
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(tile.label, help=tile.help or None)
        st.metric(
            tile.label,
            tile.value,
            tile.delta or None,
            label_visibility="collapsed",
            delta_color=tile.colour,
            chart_data=list(tile.course) or None,
            chart_type="bar" if tile.bars else "area",
        )
        if tile.against:
            st.caption(tile.against)
