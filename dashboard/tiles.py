"""The figures at the top of the overview: what each says, and how it moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dashboard.format import count, percent, signed
from dashboard.queries.fleet import Reporting
from dashboard.queries.incidents import Ranked, active
from dashboard.queries.quality import Quality
from dashboard.queries.rates import Marks
from dashboard.queries.signals import Course
from dashboard.text import markdown
from judge.report import JudgeReport
from reinfra.model import IncidentState
from reinfra.signals import Worse
from reinfra.signals.wording import UNKNOWN, duration, quantity, scale

Floats = NDArray[np.float64]
_LEAST_POINTS = 3
Colour = Literal["normal", "inverse", "off", "red", "orange", "gray"]
_COLOURS: dict[Worse, Colour] = {Worse.UP: "inverse", Worse.DOWN: "normal"}


@dataclass(frozen=True, slots=True)
class Tile:
    """`delta` is empty where there is nothing to compare with; `colour` is Streamlit's name for what it means."""

    label: str
    value: str
    delta: str = ""
    against: str = ""
    colour: Colour = "off"
    course: tuple[float, ...] = ()
    bars: bool = False
    help: str = ""


def incidents(ranked: Sequence[Ranked], marks: Marks) -> Tile:
    """Unresolved incidents, and how many were under way in each part of the window."""
    unresolved = [one for one in ranked if one.incident.state is not IncidentState.RESOLVED]
    acknowledged = sum(one.incident.state is IncidentState.ACKNOWLEDGED for one in unresolved)
    return Tile(
        "Open incidents",
        f"{len(unresolved)}",
        against=f"{acknowledged} acknowledged; {count(len(ranked), 'incident')} in this time",
        colour="red" if unresolved else "gray",
        course=tuple(active(ranked, marks.edges).astype(float).tolist()),
        bars=True,
        help="Not resolved yet. Bars: incidents under way in each part of the chosen time.",
    )


def anomaly_rate(marks: Marks, before: Marks) -> Tile:
    """Outside their band: the share of series and moments. Compared with the stretch just before."""
    length = duration(float(marks.edges[-1] - marks.edges[0]))
    comparable = before.alive.sum() >= marks.alive.sum() / 2
    change = signed(100 * (marks.overall - before.overall), "pp") if comparable else ""
    return Tile(
        "Anomaly rate",
        percent(marks.overall),
        delta=change,
        against=f"against the {length} before"
        if change
        else f"too few samples in the {length} before",
        colour="inverse" if change else "orange",
        course=_course(marks.rate),
        help="Share of series with an anomaly, over all parts of the chosen time.",
    )


def coverage(series: Reporting) -> Tile:
    silent = series.expected - series.reporting
    return Tile(
        "Series watched",
        f"{series.series:,}",
        against=f"{percent(series.share)} of {series.expected:,} with a known cadence report"
        if series.expected
        else "none has a known cadence, so none can be late",
        colour="orange" if silent else "gray",
        help="A series reports if its newest sample is at most three intervals old at the end of the time.",
    )


def signal(course: Course) -> Tile:
    """The middle series' latest value, against its usual one in the window."""
    known = course.signal
    title = known.title.split(":")[0].split(",")[0]
    unit = scale(course.latest, known.unit, known.family)
    change = (course.latest - course.typical) / unit.divisor
    moved = course.points >= _LEAST_POINTS and change != 0
    some = "" if course.series == course.of else f"{course.series} of "
    return Tile(
        markdown(title, 60),
        quantity(course.latest, known.unit, known.family),
        delta=signed(change, unit.unit.replace("%", "pp")) if moved else "",
        against="against the middle of this time" if moved else "no course in this time",
        colour=_COLOURS.get(known.worse, "gray"),
        course=_course(course.median),
        help=f"Median of {some}{course.of:,} series of `{known.name}`, latest value."
        + (" Derived, not measured." if course.derived else "")
        + (" Made from the sums of hours." if course.rolled else ""),
    )


def judge(found: tuple[Quality, JudgeReport] | None) -> Tile | None:
    """How often the best judge agrees with people; None where people graded nothing."""
    if found is None:
        return None
    quality, report = found
    agreed = report.agreement
    between = f"{percent(agreed.low)} to {percent(agreed.high)}" if agreed.has_interval else UNKNOWN
    return Tile(
        "Judge agrees with people",
        percent(agreed.value),
        against=f"95 %: {between}; {quality.report.name}",
        colour="gray",
        help=f"{markdown(report.judge)}, the best of {count(len(quality.judges), 'judge')} "
        f"on {count(agreed.n, 'item')} of {markdown(quality.report.name)}.",
    )


def _course(values: Floats) -> tuple[float, ...]:
    """NaN breaks the line where there was no sample; too few points make no line."""
    return tuple(values.tolist()) if np.isfinite(values).sum() >= _LEAST_POINTS else ()
