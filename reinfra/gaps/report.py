"""A report of comparisons: Markdown, or one HTML file that prints as a PDF and loads nothing."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reinfra.gaps.scorecard import Measure, Outcome, Refusal, Scorecard, Unit
from reinfra.gaps.svg import Bar, Interval, forest, waterfall
from reinfra.gaps.text import dollars, percent

WORDS = "Associations in these runs, not causes: who got which hardware was not drawn by lot."
_STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;color:#1a1a2e;max-width:820px;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d9dbe3;padding:.3rem .5rem;"
    "text-align:left;vertical-align:top}.refused{color:#b3402e}svg{max-width:100%;height:auto}"
    "section{break-inside:avoid}@media print{body{margin:0}}"
)

Rows = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Part:
    """One comparison, ready to be written: refused, or with tables and pictures."""

    title: str
    verdict: str
    measures: Rows
    cost: Rows
    flags: Rows
    pictures: tuple[str, ...] = ()


def markdown(results: Sequence[Scorecard | Refusal]) -> str:
    parts = [_markdown(_part(result)) for result in results]
    return "\n\n".join(["# Gaps", WORDS, *parts]) + "\n"


def page(results: Sequence[Scorecard | Refusal]) -> str:
    """HTML with inline style and SVG, no script and no address in it; all text is escaped."""
    body = "".join(_html(_part(result)) for result in results)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Gaps</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><style>{_STYLE}</style></head>'
        f"<body><h1>Gaps</h1><p>{html.escape(WORDS)}</p>{body}</body></html>\n"
    )


def _part(result: Scorecard | Refusal) -> Part:
    if isinstance(result, Refusal):
        rows: Rows = [
            (gate.name, "refused", gate.reason)
            for gate in result.gates
            if gate.outcome is Outcome.REFUSED
        ]
        return Part(result.title, "refused: no figure of this pair means anything", [], [], rows)
    flags: Rows = [
        (gate.name, str(gate.outcome), gate.reason)
        for gate in result.gates
        if gate.outcome is not Outcome.PASSED
    ]
    unmatched: Rows = [("not matched", "listed", one) for one in result.unmatched]
    intervals: Rows = [("intervals", "listed", result.interval_note)]
    return Part(
        result.title,
        result.verdict,
        [_measure(one) for one in result.measures],
        _cost(result),
        [*flags, *unmatched, *intervals],
        tuple(_pictures(result)),
    )


def _measure(one: Measure) -> tuple[str, ...]:
    unit = " points" if one.unit is Unit.SHARE_DIFFERENCE else ""
    load = "at matched load" if one.matched else "naive"
    return one.title, load, percent(one.figure) + unit, one.definition


def _cost(card: Scorecard) -> Rows:
    cost = card.cost
    rows = {
        card.candidate.instance_type: cost.candidate,
        card.baseline.instance_type: cost.baseline,
        "difference": cost.difference,
        "price part": cost.price_part,
        "throughput part": cost.throughput_part,
    }
    return [(name, dollars(figure)) for name, figure in rows.items()]


def _pictures(card: Scorecard) -> Iterator[str]:
    figures = {f"{row.payload} x {row.concurrency}": row.time_per_token for row in card.strata}
    figures["all, matched"] = card.measure("time_per_token").figure
    known = [
        Interval(name, 100 * one.value, _hundred(one.low), _hundred(one.high))
        for name, one in figures.items()
        if one.value is not None
    ]
    yield forest(known)
    cost = card.cost
    steps = [
        one.value for one in (cost.baseline, cost.price_part, cost.throughput_part, cost.candidate)
    ]
    begin, price, speed, end = steps
    if begin is None or price is None or speed is None or end is None:
        return
    names = [side.instance_type.removeprefix("ml.") for side in (card.baseline, card.candidate)]
    middle = [
        Bar("price", begin, begin + price),
        Bar("throughput", begin + price, begin + price + speed),
    ]
    yield waterfall([Bar(names[0], 0, begin), *middle, Bar(names[1], 0, end)])


def _hundred(end: float | None) -> float | None:
    return None if end is None else 100 * end


_TABLES = (
    ("measures", ("measure", "load", "candidate against baseline", "definition")),
    ("cost", ("USD per million output tokens, matched load", "")),
    ("flags", ("check", "outcome", "reason")),
)


def _markdown(part: Part) -> str:
    blocks = [f"## {_cell(part.title)}", _cell(part.verdict)]
    for name, columns in _TABLES:
        rows: Rows = getattr(part, name)
        if rows:
            lines = [columns, tuple("---" for _ in columns), *rows]
            blocks.append("\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines))
    return "\n\n".join(blocks)


def _cell(text: str) -> str:
    """Text that is no markup in a table."""
    shown = html.escape(" ".join(text.split()), quote=False)
    return "".join(f"\\{mark}" if mark in "|`*_[]" else mark for mark in shown)


def _html(part: Part) -> str:
    tables = [_table(columns, getattr(part, name)) for name, columns in _TABLES]
    kind = "" if part.measures else ' class="refused"'
    head = f"<h2>{html.escape(part.title)}</h2><p{kind}>{html.escape(part.verdict)}</p>"
    pictures = "".join(f"<p>{picture}</p>" for picture in part.pictures)
    return f"<section>{head}{tables[0]}{pictures}{tables[1]}{tables[2]}</section>"


def _table(columns: tuple[str, ...], rows: Rows) -> str:
    if not rows:
        return ""
    lines = [
        f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in row)}</tr>"
        for tag, row in [("th", columns), *(("td", row) for row in rows)]
    ]
    return f"<table>{''.join(lines)}</table>"
