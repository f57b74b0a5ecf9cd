"""Panels as one SVG, without a library: lines, bands, and marks where something was found."""

import html
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.detection_pictures.episode import EPISODE, SILENT, UNTIL, Values
from benchmarks.detection_pictures.panels import SHOWN, Panel
from reinfra.model import HOUR
from reinfra.signals import wording

_WIDTH, _LEFT, _HIGH, _TITLE, _GAP = 960, 12, 64, 34, 14
_DRAWN = 360  # points of a line
_LONGEST = 150  # characters of a sentence
_STYLE = (
    "<style>text{font:12px system-ui,sans-serif;fill:#222}.n{font-weight:600}.s{fill:#555}"
    ".line{fill:none;stroke:#2a5d9f;stroke-width:1.2}.band{fill:#2a5d9f;opacity:.14}"
    ".episode{fill:#d98c00;opacity:.16}.found{fill:#c0271d}.axis{stroke:#bbb;stroke-width:.6}</style>"
)


def drawn(panels: Sequence[Panel]) -> str:
    """The SVG's text."""
    each = _TITLE + _HIGH + _GAP
    tall = each * len(panels) + 24
    body = "\n".join(
        f'<g transform="translate(0 {place * each})">{"".join(_panel(one))}</g>'
        for place, one in enumerate(panels)
    )
    box = f'width="{_WIDTH}" height="{tall}" viewBox="0 0 {_WIDTH} {tall}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>'
    back = f'<rect width="{_WIDTH}" height="{tall}" fill="#fff"/>'
    return f"{head}{_STYLE}{back}\n{body}\n{_hours(each * len(panels))}\n</svg>\n"


def _panel(one: Panel) -> Iterator[str]:
    said = one.found[0].reason if one.found else "nothing found"
    cut = said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"
    yield f'<text class="n" x="{_LEFT}" y="14">{html.escape(one.name)}</text>'
    yield f'<text class="s" x="{_LEFT + 118}" y="14">{html.escape(one.signal)}</text>'
    yield f'<text class="s" x="{_LEFT}" y="29">{html.escape(cut)}</text>'
    lane = SILENT if one.name == "staleness" else EPISODE
    x0, x1 = _x(np.array(lane, np.int64))
    yield f'<rect class="episode" x="{x0:.0f}" y="{_TITLE}" width="{x1 - x0:.0f}" height="{_HIGH}"/>'
    at, (seen, low, high) = _fewer(one)
    bottom, top = _range(seen)

    def y(values: Values) -> Values:
        scaled = _TITLE + _HIGH * (1 - (np.clip(values, bottom, top) - bottom) / (top - bottom))
        return np.asarray(scaled, np.float64)

    x = _x(at)
    for part in _runs(np.isfinite(low) & np.isfinite(high)):
        there = [*zip(x[part], y(high[part]), strict=True)]
        back = [*zip(x[part], y(low[part]), strict=True)][::-1]
        yield f'<polygon class="band" points="{_points([*there, *back])}"/>'
    for part in _runs(np.isfinite(seen)):
        yield f'<polyline class="line" points="{_points([*zip(x[part], y(seen[part]), strict=True)])}"/>'
    for found in one.found:
        begin, end = _x(np.array([max(found.since, UNTIL - SHOWN), found.until], np.int64))
        wide = max(end - begin, 3)
        yield f'<rect class="found" x="{begin:.1f}" y="{_TITLE + _HIGH + 2}" width="{wide:.1f}" height="4"/>'


def _fewer(one: Panel) -> tuple[NDArray[np.int64], list[Values]]:
    """Means of neighbours, so that the picture stays small."""
    many = max(1, one.at.size // _DRAWN)
    size = one.at.size // many * many
    at = one.at[:size:many]
    with np.errstate(invalid="ignore"):
        parts = [
            each[:size].reshape(-1, many).mean(axis=1) for each in (one.seen, one.low, one.high)
        ]
    return at, parts


def _range(seen: Values) -> tuple[float, float]:
    known = seen[np.isfinite(seen)]
    low, high = float(known.min()), float(known.max())
    edge = 0.08 * (high - low) or 1.0
    return low - edge, high + edge


def _runs(there: NDArray[np.bool_]) -> list[slice]:
    edges = np.flatnonzero(np.diff(there, prepend=False, append=False)).reshape(-1, 2)
    return [slice(int(begin), int(end)) for begin, end in edges if end - begin > 1]


def _x(at: NDArray[np.int64]) -> Values:
    share = (at - (UNTIL - SHOWN)) / SHOWN
    return np.asarray(_LEFT + share * (_WIDTH - 2 * _LEFT), np.float64)


def _points(pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)


def _hours(y: int) -> str:
    at = np.arange(UNTIL - SHOWN, UNTIL + 1, 6 * HOUR, dtype=np.int64)
    return "".join(
        f'<text class="s" x="{x:.0f}" y="{y + 12}" text-anchor="middle">{wording.clock_time(int(one))}</text>'
        for one, x in zip(at[1:-1], _x(at[1:-1]), strict=True)
    )
