"""Putting a chart on the page."""

import streamlit as st

from dashboard.charts import Chart
from dashboard.palette import Palette, palette


def theme() -> Palette:
    """The colours of the theme that this browser uses."""
    return palette(st.context.theme.type)


def draw(chart: Chart, key: str) -> None:
    """The chart, and below it what must be said of it."""
    st.echarts_chart(chart.option, height=chart.height, alt=chart.alt, key=key)
    if chart.note:
        st.caption(chart.note)
