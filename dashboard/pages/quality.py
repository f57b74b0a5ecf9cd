"""How far the judges of answers can be trusted, and what is left of their scores after correction."""

import streamlit as st

from dashboard import cached, connection
from dashboard.charts.intervals import intervals
from dashboard.format import count
from dashboard.parts.banner import banner, recorded
from dashboard.parts.drawing import draw, theme
from dashboard.parts.empty import empty
from dashboard.parts.guard import guarded
from dashboard.queries.quality import Quality
from dashboard.tables import quality as tables
from dashboard.text import markdown, plain
from reinfra.model import Origin

_MOST_LINES = 12


def main() -> None:
    found = cached.qualities(connection.database_url())
    if not found:
        banner()
        empty("No answer has been graded yet", "reinfra demo")
        return
    names = {one.info.name: one for one in found}
    name = st.segmented_control(
        "Graded set",
        list(names),
        default=next(iter(names)),
        required=True,
        format_func=plain,
        key="set",
        bind="query-params",
    )
    _set(names[name] if name in names else found[0])


def _set(quality: Quality) -> None:
    if quality.info.origin is Origin.RECORDED:
        recorded(quality.info.note)
    else:
        st.caption(f"{quality.info.origin}: {markdown(quality.info.note)}")
    report = quality.report
    st.title("Can the judges be trusted?", anchor=False)
    st.caption(
        f"{count(report.items, 'item')}; a score is the {markdown(report.meaning)}. People agree with each other: "
        f"Krippendorff's alpha {markdown(tables.bare(report.alpha))}."
    )
    judges = quality.judges
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Agreement with people", anchor=False)
        lines = tables.agreements(judges)[:_MOST_LINES]
        draw(intervals(lines, theme(), title="items graded alike, % (95 % intervals)"), "agreement")
    with right:
        st.subheader("Mean score, calibrated by people", anchor=False)
        half = judges[: _MOST_LINES // 2]
        draw(intervals(tables.means(half), theme(), title="mean score (95 % intervals)"), "means")
    if len(judges) > _MOST_LINES:
        st.caption(f"The judges that agree best; all {len(judges)} are in the table.")
    st.subheader("Every judge", anchor=False)
    st.dataframe(tables.judges(judges), hide_index=True, alt="Judges beside people")
    st.caption(
        "Calibrated: corrected by the human labels of the same set (prediction-powered inference). "
        "Uncalibrated: too few labels to correct by. Degraded: too many replies were no grade."
    )


guarded(main)
