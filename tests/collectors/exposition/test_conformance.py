"""The public parser suites: accepted and refused is exactly what they say."""

import pytest

from collectors.exposition import Grammar
from tests.collectors.exposition.pages import cases, refusal

SUITES = [
    ("openmetrics_parser.jsonl", Grammar.OPEN_METRICS, 230, 167),
    ("expfmt.jsonl", Grammar.TEXT, 41, 35),
    ("textparse.jsonl", Grammar.TEXT, 26, 20),
    ("textparse_openmetrics.jsonl", Grammar.OPEN_METRICS, 80, 74),
]


@pytest.mark.parametrize(("file", "grammar", "count", "refused"), SUITES)
def test_each_page_of_a_suite_is_taken_or_refused_as_the_suite_says(
    file: str, grammar: Grammar, count: int, refused: int
) -> None:
    given = list(cases(file))
    assert (len(given), sum(not case.accept for case in given)) == (count, refused)
    wrong = [
        (case.name, why)
        for case in given
        if ((why := refusal(case.page, grammar)) == "") != case.accept
    ]
    assert wrong == []


@pytest.mark.parametrize(("file", "grammar"), [suite[:2] for suite in SUITES])
def test_each_refusal_names_a_line_and_a_reason(file: str, grammar: Grammar) -> None:
    for case in cases(file):
        if not case.accept:
            assert refusal(case.page, grammar).startswith("line "), case.name
            assert ": malformed exposition: " in refusal(case.page, grammar)


@pytest.mark.parametrize(
    "line",
    [
        'a_total 1 # {b="c"} 1 NaN',
        'a_total 1 # {b="c"} 1 Inf',
        'a_total 1 # {b="c"} 1 -Inf',
        'a_total 1 # {b="' + "é" * 128 + '"} 1',
        'a_total 1 # {"metric",b="c"} 1',
        "a_total 1 # {}",
        "#a_total 1",
        "a_total 1  Inf",
    ],
)
def test_what_the_open_metrics_suite_holds_beyond_the_cases_here(line: str) -> None:
    assert refusal(f"# TYPE a counter\n{line}\n# EOF\n".encode(), Grammar.OPEN_METRICS)


def test_an_exemplar_may_have_128_characters_however_wide() -> None:
    page = '# TYPE a counter\na_total 1 # {b="' + "☃" * 127 + '"} 1\n# EOF\n'
    assert refusal(page.encode(), Grammar.OPEN_METRICS) == ""


UTF8_NAMES = [
    '{"my.metric","label.name"="value"} 1',
    '{label="value", "my.metric"} 1',
    '{"my.metric"} 1 2',
    'my_metric{"label.name"="value"} 1',
    r'{"a \"quoted\" name\\","label\n"="x"} 1',
]


@pytest.mark.parametrize("line", UTF8_NAMES)
def test_prometheus_3_quotes_names_that_are_not_plain(line: str) -> None:
    assert refusal(f"{line}\n".encode(), Grammar.TEXT) == ""


@pytest.mark.parametrize(
    "line",
    [
        '{"one.name","another.name"} 1',
        '{"a\\xc5z",label="x"} 1',
        '{"metric.name".label="x"} 1',
        '{"metric.name\\t"} 1',
        'metric{"name"} 1',
        '{""} 1',
        "{A} 1",
        "{} 1",
    ],
)
def test_quoted_names_that_prometheus_refuses(line: str) -> None:
    assert refusal(f"{line}\n".encode(), Grammar.TEXT)


def test_a_histogram_in_text_has_no_negative_bucket_or_count() -> None:
    page = '# TYPE a histogram\na_bucket{{le="1"}} {}\na_sum -5\na_count {}\n'
    assert refusal(page.format(2, 2).encode(), Grammar.TEXT) == ""
    assert "line 2" in refusal(page.format(-2, 2).encode(), Grammar.TEXT)
    assert "line 4" in refusal(page.format(2, -2.5).encode(), Grammar.TEXT)
