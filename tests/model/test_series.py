from hypothesis import given
from hypothesis import strategies as st

from reinfra.model import ORIGIN_LABEL, Kind, Origin, SeriesKey

names = st.text(min_size=1, max_size=8)
labels = st.dictionaries(names, st.text(max_size=8), max_size=4)


@given(names, labels, names, labels)
def test_two_series_have_one_fingerprint_only_if_they_are_the_same(
    metric: str, some: dict[str, str], other_metric: str, others: dict[str, str]
) -> None:
    a, b = SeriesKey.of(metric, some), SeriesKey.of(other_metric, others)
    assert (a.fingerprint == b.fingerprint) == (a == b)


def test_text_that_moves_from_one_label_to_the_next_makes_another_series() -> None:
    assert (
        SeriesKey.of("m", {"a": "bc", "d": "e"}).fingerprint
        != SeriesKey.of("m", {"a": "b", "cd": "e"}).fingerprint
    )


@given(labels)
def test_the_order_of_labels_does_not_matter(given_labels: dict[str, str]) -> None:
    backwards = dict(reversed(given_labels.items()))
    assert SeriesKey.of("m", given_labels) == SeriesKey.of("m", backwards)


def test_an_empty_label_is_no_label() -> None:
    assert SeriesKey.of("m", {"a": ""}) == SeriesKey.of("m", {})


def test_kind_and_unit_describe_a_series_and_do_not_name_it() -> None:
    assert SeriesKey.of("m", {}, Kind.COUNTER, "J") == SeriesKey.of("m", {}, Kind.GAUGE, "W")


def test_a_series_says_where_its_numbers_come_from() -> None:
    assert SeriesKey.of("m", {}).origin is Origin.LIVE
    assert SeriesKey.of("m", {ORIGIN_LABEL: "simulated"}).origin is Origin.SIMULATED


def test_a_series_is_shown_as_prometheus_writes_it() -> None:
    assert str(SeriesKey.of("hw.power", {"b": "2", "a": "1"})) == 'hw.power{a="1",b="2"}'
    assert str(SeriesKey.of("hw.power", {ORIGIN_LABEL: "recorded"})) == "hw.power"
