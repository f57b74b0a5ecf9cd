"""Who works at this browser."""

import streamlit as st

from dashboard.text import plain

NOBODY = "dashboard"
"""Who acted where people do not sign in."""


def person() -> str:
    """The address, or else the name, of who signed in."""
    if not st.user.get("is_logged_in"):
        return NOBODY
    named = (st.user.get(claim) for claim in ("email", "preferred_username", "name", "sub"))
    return plain(next((str(one) for one in named if one), NOBODY), 100)
