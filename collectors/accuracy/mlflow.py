"""MLflow's eval_results_table.json: a table with a column <metric>/<version>/score for each metric.

MLflow writes tables with pandas' orient="split" (mlflow/tracking/client.py, log_table), and names columns as
its own tests/evaluate/test_default_evaluator.py expects them.
"""

import re
from collections.abc import Iterator

from collectors.accuracy.graded import Grade, Graded, Line, Mean, number

SHARES = frozenset({"exact_match"})
_SCORE = re.compile(r"(?P<metric>.+)/v\d+/score$")
_INPUTS, _OUTPUTS = ("inputs", "question"), ("outputs",)


def whole(name: str) -> bool:
    return name.endswith(".json")


def table(line: Line) -> Iterator[Graded | Mean]:
    """An answer per row."""
    columns, data = line.record.get("columns"), line.record.get("data")
    if not isinstance(columns, list) or not isinstance(data, list):
        line.refuse("not a table of MLflow: no columns and data")
        return
    scored = {
        at: found["metric"] for at, name in enumerate(columns) if (found := _SCORE.match(str(name)))
    }
    if not scored:
        line.refuse("a table without a column like exact_match/v1/score")
        return
    for number_, row in enumerate(data, start=1):
        if not isinstance(row, list) or len(row) != len(columns):
            line.refuse("a row with another number of cells than columns", str(number_))
            continue
        cells = dict(zip(map(str, columns), row, strict=True))
        yield Graded(
            id=f"{line.run.path}:{number_}",
            grades=tuple(_grade(metric, row[at]) for at, metric in scored.items()),
            input=_first(cells, _INPUTS),
            output=_first(cells, _OUTPUTS),
        )


def _grade(metric: str, found: object) -> Grade:
    value = number(found)
    passed = value == 1 if metric in SHARES and value in {0, 1} else None
    return Grade(metric, value, passed)


def _first(cells: dict[str, object], names: tuple[str, ...]) -> str:
    found = (cells.get(name) for name in names)
    return next((cell for cell in found if isinstance(cell, str)), "")
