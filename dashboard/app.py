"""The dashboard's entry: `reinfra dashboard`, or `streamlit run dashboard/app.py`."""

from pathlib import Path

import streamlit as st

from dashboard.parts.layout import narrow_screens

PAGES = Path(__file__).parent / "pages"


def main() -> None:
    st.set_page_config(page_title="reinfra", page_icon="📡", layout="wide")
    chosen = st.navigation(
        [
            st.Page(PAGES / "overview.py", title="Overview", default=True),
            st.Page(PAGES / "incident.py", title="Incident"),
            st.Page(PAGES / "series.py", title="Series"),
            st.Page(PAGES / "accelerators.py", title="Accelerators"),
            st.Page(PAGES / "serving.py", title="Serving"),
            st.Page(PAGES / "gap.py", title="Gap"),
            st.Page(PAGES / "quality.py", title="Quality"),
            st.Page(PAGES / "runs.py", title="Runs"),
            st.Page(PAGES / "alerts.py", title="Alerts"),
            st.Page(PAGES / "coverage.py", title="Coverage"),
        ],
        position="top",
    )
    narrow_screens()
    chosen.run()


main()
