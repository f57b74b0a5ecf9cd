"""Matchers as Alertmanager's documentation describes them (docs/configuration.md, "Label matchers")."""

import time

import pytest

from reinfra.config.durations import milliseconds, written
from reinfra.config.matchers import Matcher, matches_all, parse, parse_all
from reinfra.errors import InputError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{foo="bar", dings!="bums",}', ["foo=bar", "dings!=bums"]),
        ("foo=bar,dings!=bums", ["foo=bar", "dings!=bums"]),
        (' foo = "bar,baz" ', ["foo=bar,baz"]),
        (r'{quote=~"She said: \"Hi, all!( How\'re you…)?\""}', None),
        (r'foo=~"\\d+"', [r"foo=~\d+"]),
        (r'foo=~"\d+"', [r"foo=~\d+"]),  # a backslash before anything else is itself
        (r'foo="a\nb"', ["foo=a\nb"]),
        ("foo=", ["foo="]),
        ("tricky=~~~", ["tricky=~~~"]),
        ('host.name=~"gpu-.*"', ["host.name=~gpu-.*"]),
        ('"my label"="x"', ["my label=x"]),
        ("Προμηθεύς=x", ["Προμηθεύς=x"]),
        ("{}", []),
    ],
)
def test_what_is_documented_is_read(text: str, found: list[str] | None) -> None:
    read = parse(text)
    assert parse(",".join(map(str, read))) == read
    if found is not None:
        assert [f"{one.name}{one.op}{one.value}" for one in read] == found


@pytest.mark.parametrize(
    "text",
    [
        '{a="b"',
        'a="b"}',
        '{{a="b"}}',
        "a",
        "=b",
        ",",
        "a=b,,",
        'a="b',
        'a=b"',
        'a=c"b',
        '"a="b"',
        "a!b=c",
        'a=~"["',
        'a=~"(?=b)"',  # RE2 has no look-ahead
        'a=~"b{1001}"',
        'a=~"b)(c"',
        pytest.param("a=" + "b" * 1_001, id="long value"),
        pytest.param("a=b," * 51, id="many"),
        pytest.param("a=" + " " * 30_000, id="long text"),
    ],
)
def test_what_is_malformed_is_refused_with_the_text_and_a_reason(text: str) -> None:
    with pytest.raises(InputError, match="matcher") as refused:
        parse_all([text])
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    ("matcher", "labels", "holds"),
    [
        ('a="b"', {"a": "b"}, True),
        ('a!="b"', {}, True),  # an absent label is the empty string
        ('a=""', {}, True),
        ('a=~".+"', {}, False),
        ('a=~"b|c"', {"a": "c"}, True),
        ('a=~"b"', {"a": "abc"}, False),  # anchored at both ends
        ('a=~"a|b.*"', {"a": "ax"}, False),
        ('a=~".*"', {"a": "x\ny"}, False),  # a dot is no line feed
        ('a!~"b.*"', {"a": "bc"}, False),
        ('a=~"(?i)WARN"', {"a": "warn"}, True),
    ],
)
def test_a_matcher_holds_as_it_does_in_alertmanager(
    matcher: str, labels: dict[str, str], *, holds: bool
) -> None:
    assert matches_all(parse(matcher), labels) is holds


def test_a_pattern_that_would_explode_takes_time_that_grows_with_the_text_only() -> None:
    begun = time.perf_counter()
    assert not Matcher("a", "=~", "(a+)+(a+)+(a|aa)+b").matches({"a": "a" * 5_000})
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("30s", 30_000),
        ("1h30m", 5_400_000),
        ("10ms", 10),
        ("0", 0),
        (5, 5_000),
        ("1w2d", 777_600_000),
    ],
)
def test_durations_are_prometheus_s_and_numbers_are_seconds(text: object, ms: int) -> None:
    assert milliseconds(text) == milliseconds(written(ms)) == ms


@pytest.mark.parametrize(
    "text", ["", "5", "5x", "1s1m", "-1s", -1, 1e300, float("nan"), True, "99999y"]
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        milliseconds(text)
