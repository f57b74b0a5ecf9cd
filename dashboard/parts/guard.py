"""The one place where a page's error becomes a line for a person."""

from collections.abc import Callable

import streamlit as st

from dashboard.text import markdown
from reinfra.model import ReinfraError


def guarded(page: Callable[[], None]) -> None:
    """Run a page. Streamlit would show nothing but "an error" for what it raises."""
    try:
        page()
    except ReinfraError as error:
        st.error(markdown(str(error), most=600), title="This page cannot be shown")
