import pytest
from hypothesis import given
from hypothesis import strategies as st

from reinfra.errors import InputError
from reinfra.model import SeriesKey
from reinfra.store import Selector

A = SeriesKey.of("hw.power", {"host.name": "a", "zone": "x"})


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("hw.power", True),
        ("hw.energy", False),
        ('{host.name="a"}', True),
        ('hw.power{host.name!="a"}', False),
        ('hw.power{host.name=~"a|b", zone="x"}', True),
        ('hw.power{host.name=~"."}', True),
        ('hw.power{host.name=~""}', False),
        ('hw.power{absent=""}', True),
        ('hw.power{host.name in ("b", "a")}', True),
        ('hw.power{host.name in ("b","."),zone="x"}', False),
        ('hw.power{zone !~ "y.*" , host.name in ("a")}', True),
    ],
)
def test_a_selector_matches_as_it_reads(text: str, *, matches: bool) -> None:
    assert Selector.parse(text).matches(A) is matches


@pytest.mark.parametrize(
    "text", ["{", 'a{b="c"', "a{b=c}", 'a{b in "c"}', "a{b in ()}", 'a{b=~"("}', "a b"]
)
def test_what_is_no_selector_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError, match="not a selector") as raised:
        Selector.parse(text)
    assert "\n" not in str(raised.value)


@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=4), st.text(max_size=5))
def test_a_list_matches_its_members_and_nothing_else(members: list[str], other: str) -> None:
    quoted = ",".join('"' + m.replace("\\", r"\\").replace('"', r"\"") + '"' for m in members)
    selector = Selector.parse(f"m{{label in ({quoted})}}")
    for value in (*members, other):
        assert selector.matches(SeriesKey.of("m", {"label": value})) == (value in members)
