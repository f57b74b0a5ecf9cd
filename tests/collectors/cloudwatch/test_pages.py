"""However time is cut into pages and collections, the samples are the same."""

from itertools import pairwise
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.cloudwatch.account import Account
from collectors.cloudwatch.collector import CloudWatch
from collectors.cloudwatch.window import spans
from reinfra.config.sources.cloudwatch import CloudWatchSource
from reinfra.model import DAY, HOUR, MINUTE, SECOND
from tests.collectors.cloudwatch.conftest import NOW, samples, taken
from tests.collectors.cloudwatch.fake import Fake

START = NOW - 2 * HOUR
Dimensions = tuple[tuple[str, str], ...]
MODEL: Dimensions = (("ModelId", "m"),)
HOSTS: list[Dimensions] = [(("InstanceId", "i-1"),), (("InstanceId", "i-2"),)]
times = st.integers(START, NOW - 1)
values = st.dictionaries(times, st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=3), max_size=12)


def source(fake: Fake, until: int, longest: int, **given: object) -> CloudWatch:
    given = {"presets": ["bedrock", "ec2"], **given}
    chosen = CloudWatchSource.model_validate(given)
    account = Account(chosen, _client=fake)  # type: ignore[arg-type]
    return CloudWatch(chosen, lambda: until, account, longest=longest)


@given(
    data=st.lists(values, min_size=4, max_size=4),
    page=st.integers(1, 9),
    longest=st.sampled_from([MINUTE, 7 * MINUTE, HOUR, DAY]),
    stops=st.lists(st.integers(START + 1, NOW), max_size=3),
    late=st.sampled_from([0, 90, 900]),
)
@settings(max_examples=40, deadline=None)
def test_any_split_into_pages_gives_the_same_samples(
    data: list[dict[int, list[float]]], page: int, longest: int, stops: list[int], late: int
) -> None:
    metrics = {
        ("AWS/Bedrock", "InvocationLatency", MODEL): data[0],
        ("AWS/Bedrock", "Invocations", MODEL): data[1],
        ("AWS/EC2", "CPUUtilization", HOSTS[0]): data[2],
        ("AWS/EC2", "CPUUtilization", HOSTS[1]): data[3],
    }
    _, whole = taken(source(Fake(metrics), NOW, 7 * DAY), str(START))
    fake, cursor, pages = Fake(metrics, page=page), str(START), []
    for until in (*sorted(stops), NOW):
        _, more = taken(source(fake, until, longest, late=late), cursor)
        pages += more
        cursor = more[-1].cursor if more else cursor
    expected, found = samples(whole), samples(pages)
    after = {name: {at: v for at, v in one.items() if at >= START} for name, one in found.items()}
    wanted = {
        name: {at: v for at, v in one.items() if at >= START} for name, one in expected.items()
    }
    assert {k: v for k, v in after.items() if v} == {k: v for k, v in wanted.items() if v}


@given(
    age=st.integers(MINUTE, 500 * DAY),
    longest=st.sampled_from([HOUR, 5 * HOUR, 7 * DAY]),
    finest=st.sampled_from([1, 60, 300, 3600]),
)
@settings(max_examples=60, deadline=None)
def test_spans_cover_what_is_kept_once_and_in_order(age: int, longest: int, finest: int) -> None:
    found = list(spans(NOW - age, NOW, longest, finest))
    assert found[-1].until == NOW
    assert found[0].since == max(NOW - age, (NOW - 455 * DAY) // HOUR * HOUR + HOUR)
    for one, after in pairwise(found):
        assert one.until == after.since
    for one in found:
        assert one.since < one.until <= one.since + longest
        kept = {1: 3 * HOUR, 60: 15 * DAY, 300: 63 * DAY, 3600: 455 * DAY}
        needed = min(tier for tier, most in kept.items() if NOW - one.since <= most)
        assert one.period(finest) % needed == 0


def test_old_counts_come_by_longer_periods_and_sums_of_levels_do_not_come() -> None:
    at = NOW // HOUR * HOUR - 20 * DAY
    data = {at + i * MINUTE: [2.0] for i in range(10)}
    metrics = {
        ("AWS/Bedrock", "Invocations", MODEL): data,
        ("AWS/Bedrock", "EstimatedTPMQuotaUsage", MODEL): data,
    }
    _, pages = taken(source(Fake(metrics), NOW, 7 * DAY), str(NOW - 30 * DAY))
    found = {name.partition("{")[0] + word(name): one for name, one in samples(pages).items()}
    assert found == {
        "aws.bedrock.invocations": {at: 10.0, at + 5 * MINUTE: 10.0},
        "aws.bedrock.quota.usage max": {at: 2.0, at + 5 * MINUTE: 2.0},
    }


def word(name: str) -> str:
    return " max" if 'statistic="max"' in name else ""


def test_a_percentile_is_its_own_series_and_in_seconds() -> None:
    at = NOW - 5 * MINUTE
    metrics = {("AWS/Bedrock", "InvocationLatency", MODEL): {at: [100.0, 200.0, 900.0]}}
    _, pages = taken(source(Fake(metrics), NOW, DAY), str(START))
    found = samples(pages)
    assert {name.split('statistic="')[1].split('"')[0] for name in found} == {"mean", "p50", "p99"}
    (median,) = [one for name, one in found.items() if "p50" in name]
    assert median == {at: 0.2}


def test_nothing_is_asked_for_before_a_period_is_over() -> None:
    fake = Fake({("AWS/EC2", "CPUUtilization", HOSTS[0]): {NOW - HOUR: [1.0]}})
    five = NOW // (300 * SECOND) * 300 * SECOND
    taken(source(fake, five + 299 * SECOND, DAY, late=900), str(five + 1))
    assert fake.asked == []
    taken(source(fake, five + 300 * SECOND, DAY, late=900), str(five + 1))
    (asked,) = fake.asked
    assert round(asked["EndTime"].timestamp() * SECOND) == five + 300 * SECOND
    assert round(asked["StartTime"].timestamp() * SECOND) == five - 900 * SECOND


def test_a_page_that_was_not_stored_is_told_again() -> None:
    fake = Fake({("AWS/Bedrock", "Invocations", MODEL): {NOW - MINUTE: [3.0]}})
    one = source(fake, NOW, DAY)
    first = samples(taken(one, str(START))[1])
    assert first
    assert samples(taken(one, str(START))[1]) == first


def test_metrics_are_listed_again_every_hour() -> None:
    fake = Fake({("AWS/Bedrock", "Invocations", MODEL): {NOW - MINUTE: [3.0]}})
    now = [NOW]
    one = source(fake, NOW, DAY)
    one = CloudWatch(one.settings, lambda: now[0], one.account)
    with patch.object(Fake, "paginate", autospec=True, side_effect=Fake.paginate) as listing:
        for later in (0, 30 * MINUTE, 61 * MINUTE, 26 * HOUR):
            now[0] = NOW + later
            list(one.resume(str(now[0] - MINUTE)))
    recent = ["RecentlyActive" in call.kwargs for call in listing.call_args_list]
    assert recent == [False, False, True, True, False, False]  # two namespaces each time
