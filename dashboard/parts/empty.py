"""What a page says when it has nothing to show: why, and the command that changes it."""

import streamlit as st


def empty(what: str, command: str, *, why: str = "") -> None:
    """`command` is shown so that it can be copied."""
    st.subheader(what, anchor=False)
    if why:
        st.write(why)
    st.caption("Run this where reinfra is installed, then reload the page:")
    st.code(command, language="shell")
