import pytest

from collectors.exposition import UNTIMED, Family, Grammar, Type
from tests.collectors.exposition.pages import open_metrics, refusal


def test_a_family_has_its_unit_and_type() -> None:
    page = open_metrics(
        "# TYPE a_seconds counter\n# UNIT a_seconds seconds\na_seconds_total 1\n# EOF\n"
    )
    assert page.points[0].name == "a_seconds_total"
    assert page.points[0].family == Family("a_seconds", Type.COUNTER, "seconds")


def test_a_time_is_in_seconds() -> None:
    page = open_metrics("a 1\nb 2 1.5\nc 3 1e30\n# EOF\n")
    assert page.at.tolist() == [UNTIMED, 1500, 2**63 - 1]


def test_an_escape_that_means_nothing_stands_for_itself() -> None:
    assert open_metrics('a{b="\\z\\n"} 1\n# EOF\n').points[0].labels == (("b", "\\z\n"),)


@pytest.mark.parametrize(
    ("page", "line", "why"),
    [
        ("a 1\n", 1, "does not end"),
        ("# TYPE a counter\na_total 1\n# TYPE a counter\n# EOF\n", 3, "after its samples"),
        ("# TYPE a counter\na_total -1\n# EOF\n", 2, "negative"),
        (
            '# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\n# EOF\n',
            3,
            "bucket below",
        ),
        ('# TYPE a histogram\na_bucket{le="1"} 2\nb 1\n# EOF\n', 3, "+Inf bucket"),
        ("a 1\n\n# EOF\n", 2, "no metric name"),
    ],
)
def test_a_refusal_says_where_and_why(page: str, line: int, why: str) -> None:
    said = refusal(page.encode(), Grammar.OPEN_METRICS)
    assert said.startswith(f"line {line}: ")
    assert why in said


def test_quoted_names_are_taken_as_prometheus_3_writes_them() -> None:
    page = open_metrics(
        '# TYPE "go.gc" summary\n{"go.gc",quantile="0.5",a="b"} 1\n{"go.gc_sum",a="b"} 2\n# EOF\n'
    )
    assert [point.name for point in page.points] == ["go.gc", "go.gc_sum"]
    assert {point.family.type for point in page.points} == {Type.SUMMARY}


def test_a_counter_that_falls_is_a_reset_and_no_error_of_the_page() -> None:
    assert refusal(b"# TYPE a counter\na_total 0\n# EOF\n", Grammar.OPEN_METRICS) == ""
