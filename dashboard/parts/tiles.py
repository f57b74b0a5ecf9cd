"""Tiles on the page."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.tiles import Tile

_NARROWEST = 180


def show(tiles: Sequence[Tile], *, one_more: bool = False) -> DeltaGenerator | None:
    """Side by side, in as many columns as the screen has room for.

    With `one_more`, the place for a last tile is returned, whose figure takes longer to work out.
    """
    with st.grid(len(tiles) + one_more, min_column_width=_NARROWEST):
        for tile in tiles:
            show_one(tile)
        return st.container(height="stretch") if one_more else None


def show_one(tile: Tile) -> None:
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
