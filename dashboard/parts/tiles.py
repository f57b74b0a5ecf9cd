"""Tiles on the page."""

from collections.abc import Sequence

import streamlit as st

from dashboard.tiles import Tile

_NARROWEST = 190


def show(tiles: Sequence[Tile]) -> None:
    """Side by side, in as many columns as the screen has room for."""
    with st.grid(max(len(tiles), 1), min_column_width=_NARROWEST):
        for tile in tiles:
            st.metric(
                tile.label,
                tile.value,
                tile.delta or None,
                delta_color=tile.colour,
                delta_description=tile.against or None,
                chart_data=list(tile.course) or None,
                chart_type="bar" if tile.bars else "area",
                help=tile.help or None,
                border=True,
                height="stretch",
            )
