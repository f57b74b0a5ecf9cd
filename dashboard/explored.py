"""The explorer's queries with a memory, bounded in time and number, as in `cached`."""

import streamlit as st

from dashboard import connection
from dashboard.cached import TTL
from dashboard.queries import explore as explore_of
from dashboard.queries import preview as preview_of
from dashboard.queries.explore import Explored
from dashboard.queries.preview import Preview
from dashboard.queries.window import Window
from detectors.seasonal import Decomposition
from reinfra.model import SeriesBlock
from reinfra.store import Stored


@st.cache_resource(ttl=TTL, max_entries=16, show_spinner="Reading the series …")
def explored(url: str, key: str, window: Window, shift: int, _stored: Stored) -> Explored:
    """`key` names the series."""
    del key
    return explore_of.explore(connection.samples_at(url), _stored, window, shift)


@st.cache_resource(ttl=4 * TTL, max_entries=8, show_spinner="Taking the series apart …")
def parts(
    url: str, key: str, window: Window, _stored: Stored
) -> tuple[SeriesBlock, Decomposition | None]:
    """`key` names the series."""
    del key
    return explore_of.decompose(connection.samples_at(url), _stored, window)


@st.cache_resource(ttl=4 * TTL, max_entries=8, show_spinner="Scoring the series …")
def previewed(
    url: str, key: str, window: Window, name: str, _stored: Stored, _siblings: tuple[Stored, ...]
) -> Preview:
    """`key` names the series."""
    del key
    return preview_of.preview(connection.samples_at(url), _stored, _siblings, window, name)
