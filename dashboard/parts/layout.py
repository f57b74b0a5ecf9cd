"""How pages fold on a narrow screen: incidents before everything else."""

import streamlit as st

_STYLE = """
<style>
h1, h2, h3 { overflow-wrap: anywhere; }
[data-testid="stPageLink"] p { white-space: normal; overflow-wrap: anywhere; }
@media (max-width: 640px) {
  .st-key-body > div:has(.st-key-tiles), .st-key-body > .st-key-tiles { order: 2; }
  .st-key-body [data-testid="stColumn"]:has(.st-key-incidents) { order: -1; }
}
</style>
"""


def narrow_screens() -> None:
    st.html(_STYLE)
