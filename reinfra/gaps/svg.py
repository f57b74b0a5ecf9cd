"""A forest plot and a waterfall as SVG that needs nothing beside it. Text from outside is escaped."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, ROW, LEFT, RIGHT = 760, 26, 280, 130
INK, MUTED, BETTER, WORSE = "#1a1a2e", "#8a8fa3", "#1b7f5c", "#b3402e"


@dataclass(frozen=True, slots=True)
class Interval:
    """One line of a forest plot, in percent; None where there is no interval."""

    label: str
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of a waterfall: from `begin` to `end`."""

    label: str
    begin: float
    end: float


def forest(rows: Sequence[Interval]) -> str:
    """Every row a dot with its interval, zero as a line; the words beside it say the numbers too."""
    ends = [end for row in rows for end in (row.low, row.high, row.value, 0.0) if end is not None]
    place = _Scale(min(ends), max(ends))
    body = [_line(place(0), 0, place(0), ROW * len(rows), MUTED, dashed=True)]
    for number, row in enumerate(rows):
        middle = ROW * number + ROW / 2
        colour = _colour(row)
        body.append(_text(LEFT - 12, middle, row.label, "end"))
        if row.low is not None and row.high is not None:
            body.append(_line(place(row.low), middle, place(row.high), middle, colour))
        body.append(
            f'<circle cx="{place(row.value):.1f}" cy="{middle:.1f}" r="4" fill="{colour}"/>'
        )
        body.append(_text(WIDTH - RIGHT + 12, middle, _said(row)))
    return _svg(body, len(rows), "Strata and the whole: relative difference in percent")


def waterfall(bars: Sequence[Bar]) -> str:
    ends = [end for bar in bars for end in (bar.begin, bar.end)]
    place = _Scale(min(ends), max(ends))
    body = []
    for number, bar in enumerate(bars):
        top, (left, right) = ROW * number + 5, sorted((place(bar.begin), place(bar.end)))
        whole = bar.begin == 0
        colour = INK if whole else (WORSE if bar.end > bar.begin else BETTER)
        width = max(right - left, 1)
        body.append(_text(LEFT - 12, ROW * number + ROW / 2, bar.label, "end"))
        body.append(
            f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{ROW - 10}" fill="{colour}"/>'
        )
        said = f"{bar.end:.2f}" if whole else f"{bar.end - bar.begin:+.2f}"
        body.append(_text(WIDTH - RIGHT + 12, ROW * number + ROW / 2, said))
    return _svg(body, len(bars), "From the baseline's cost to the candidate's")


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float

    def __call__(self, value: float) -> float:
        span = (self.high - self.low) or 1.0
        return LEFT + (value - self.low) / span * (WIDTH - LEFT - RIGHT)


def _colour(row: Interval) -> str:
    if row.low is None or row.high is None or row.low <= 0 <= row.high:
        return INK
    return WORSE if row.low > 0 else BETTER


def _said(row: Interval) -> str:
    text = f"{row.value:+.0f} %"
    return (
        text if row.low is None or row.high is None else f"{text} [{row.low:+.0f}, {row.high:+.0f}]"
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="3 3"' if dashed else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="2"{dash}/>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    where = f'x="{x:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}"'
    return f'<text {where} font-size="12" fill="{INK}">{html.escape(text)}</text>'


def _svg(body: list[str], rows: int, title: str) -> str:
    size = f'viewBox="0 0 {WIDTH} {ROW * rows}" width="{WIDTH}" height="{ROW * rows}"'
    said = f'role="img" aria-label="{html.escape(title)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {said}>{"".join(body)}</svg>'
