import numpy as np
import pytest
from sqlalchemy import update

from dashboard import tiles
from dashboard.charts.evidence import evidence_chart
from dashboard.palette import LIGHT
from dashboard.queries import causes, incidents, quality, signals
from dashboard.queries import fleet as fleet_of
from dashboard.queries.evidence import evidence, stretch
from dashboard.queries.rates import marks
from dashboard.queries.window import Window, as_of
from dashboard.tables import causes as cause_tables
from dashboard.tables import findings
from reinfra.alerts.rules import scope
from reinfra.model import DAY, HOUR, MINUTE, InputError, SeriesKey
from reinfra.store import Stored
from reinfra.store.retain import retain
from reinfra.store.schema import incident
from reinfra.store.seal import seal
from tests.dashboard.conftest import HOSTILE, Filled, key

NOW = 1_795_186_800_000


def _stored(number: int, first_at: int, last_at: int, metric: str = "hw.power") -> Stored:
    key = SeriesKey.of(metric, {"host.name": f"h{number}"})
    return Stored(number, key, "source", first_at, last_at)


def _window(filled: Filled) -> Window:
    return Window(filled.since - DAY, filled.since + 2 * HOUR)


def test_a_page_speaks_of_now_while_samples_come_in_and_of_the_last_sample_after() -> None:
    fresh = as_of((_stored(1, 0, NOW - MINUTE),), NOW)
    assert (fresh.at, fresh.late) == (NOW, 0)
    old = as_of((_stored(1, 0, NOW - 9 * DAY), _stored(2, 0, NOW - 8 * DAY)), NOW)
    assert old.late == 8 * DAY
    assert NOW - 8 * DAY < old.at <= NOW - 8 * DAY + MINUTE


def test_an_empty_store_speaks_of_now() -> None:
    assert as_of((), NOW).at == NOW


def test_a_rate_is_the_share_of_the_series_that_were_there(filled: Filled) -> None:
    fleet = fleet_of.fleet(filled.store)
    window = Window(filled.since, filled.since + 4 * HOUR)
    found = fleet_of.found(filled.store, window)
    marked = marks(fleet, found, window, 4)
    rates = marked.by_scope(scope)
    row = rates.scopes.index(f"host {HOSTILE}")
    assert rates.share[row, 0] == 1.0
    assert np.isnan(rates.share[:, 2:]).all()  # no sample is no 0 %
    assert marked.rate[0] == pytest.approx(1 / len(fleet))


def test_the_bucket_of_an_instant_begins_with_it() -> None:
    series = (_stored(1, NOW + HOUR, NOW + HOUR),)
    alive = marks(series, (), Window(NOW, NOW + 4 * HOUR), 4).alive
    assert alive.tolist() == [[False, True, False, False]]


def test_a_series_reports_if_its_newest_sample_is_three_intervals_old_at_most() -> None:
    series = (_stored(1, 0, NOW), _stored(2, 0, NOW - HOUR), _stored(3, 0, 0, "nobody.knows"))
    found = fleet_of.reporting(series, NOW)
    assert (found.series, found.expected, found.reporting) == (3, 2, 1)
    assert tiles.coverage(found).against.startswith("50 % of 2")


def test_incidents_are_ranked_by_state_then_severity(filled: Filled) -> None:
    found = fleet_of.found(filled.store, _window(filled))
    there = incidents.ranked(filled.store, _window(filled), found)
    assert [one.incident.id for one in there] == [filled.incident_id]
    assert there[0].excess == 5.0
    assert incidents.ranked(filled.store, _window(filled), found, ["host a"]) == []
    edges = np.array([filled.since - HOUR, filled.since, filled.since + HOUR])
    assert incidents.active(there, edges).tolist() == [0, 1]


def test_a_cell_of_the_heat_map_leads_to_its_incident(filled: Filled) -> None:
    there = incidents.ranked(filled.store, _window(filled), ())
    where = f"host {HOSTILE}"
    assert incidents.at(there, where, filled.since - HOUR, filled.since + 1) is not None
    assert incidents.at(there, where, filled.since - HOUR, filled.since) is None
    assert incidents.at(there, "host a", filled.since, filled.since + HOUR) is None


def test_a_case_holds_roots_reasons_timeline_and_messages(filled: Filled) -> None:
    case = incidents.case(filled.store, filled.incident_id)
    assert len(case.roots) == 1
    assert case.reasons == (f"CPU utilization 0.9 on {HOSTILE}",)
    assert findings.timeline(case)["what"].tolist() == ["opened"]
    assert findings.notifications(case)["state"].tolist() == ["pending"]
    table = findings.roots(case, [], {})
    assert table["expected"].tolist() == ["20 % to 40 %"]
    assert table["seen"].tolist() == ["90 %"]
    known = causes.causes(filled.store, case)
    (change,) = cause_tables.changes(known.changes).to_dict("records")
    assert cause_tables.spread(known.roots)["after the first"].tolist() == ["first"]
    assert known.cost.usd_per_hour is None
    assert causes.spent(known.cost, case, 0) is None
    assert (change["when"], change["before"]) == ("1 h before the onset", "580.1")
    with pytest.raises(InputError, match="INC-99"):
        incidents.case(filled.store, 99)


def test_evidence_has_the_band_of_the_detector_and_the_day_before(filled: Filled) -> None:
    case = incidents.case(filled.store, filled.incident_id)
    anomaly = case.roots[0].found
    stored = next(one for one in fleet_of.fleet(filled.store) if one.key == anomaly.key)
    window = stretch([anomaly], filled.since + HOUR)
    found = evidence(filled.store, stored, anomaly, window, DAY)
    strange = (found.times >= anomaly.since) & (found.times < anomaly.until)
    assert found.outside[strange].any()
    assert not found.outside[~strange].all()
    assert np.nanmax(found.before[strange]) < 0.5  # yesterday was well
    assert found.low.shape == found.high.shape == found.measured.shape == found.times.shape


def test_the_busiest_signal_is_the_one_watched_longest() -> None:
    short = _stored(1, NOW, NOW, "aws.rds.cpu.utilization")
    long = _stored(2, NOW - DAY, NOW, "aws.ec2.cpu.utilization")
    window = Window(NOW - 2 * DAY, NOW + 1)
    found = signals.busiest((short, short, long), "utilization", window)
    assert found is not None
    assert found.name == "aws.ec2.cpu.utilization"
    assert signals.busiest((long,), "latency", window) is None


def test_the_middle_series_is_shown_and_not_the_mean(filled: Filled) -> None:
    fleet = fleet_of.fleet(filled.store)
    signal = signals.busiest(fleet, "utilization", _window(filled))
    assert signal is not None
    course = signals.course(filled.store, fleet, signal, _window(filled), 24)
    assert np.nanmax(course.median) < 0.4  # one strange series of three moves no median
    assert (course.series, course.of) == (3, 3)
    assert tiles.signal(course).value.endswith("%")


def test_trends_have_a_hole_where_there_was_no_sample(filled: Filled) -> None:
    fleet = fleet_of.fleet(filled.store)[:1]
    window = Window(filled.since, filled.since + 10 * HOUR)
    (line,) = signals.trends(filled.store, fleet, window, 10)
    assert line[0] is not None
    assert line[-1] is None


def test_judges_are_listed_by_agreement_and_the_best_is_named(filled: Filled) -> None:
    (found,) = quality.qualities(filled.store)
    assert found.judges[0].agreement.value == pytest.approx(0.8)
    tile = tiles.judge(quality.best((found,)))
    assert tile is not None
    assert tile.value == "80 %"
    assert tiles.judge(quality.best(())) is None


def test_the_most_anomalous_series_come_first_and_others_are_left_out(filled: Filled) -> None:
    window = _window(filled)
    found = fleet_of.found(filled.store, window)
    table = findings.most_anomalous(marks(fleet_of.fleet(filled.store), found, window, 24), found)
    assert len(table) == 1
    assert table["score / threshold"].tolist() == [5.0]
    assert key(HOSTILE).metric in table["signal"].tolist()


def test_what_has_expired_is_drawn_by_the_hour_and_says_so(filled: Filled) -> None:
    store = filled.store
    (anomaly, *_) = [one.found for one in fleet_of.found(store, _window(filled))]
    stored = next(one for one in fleet_of.fleet(store) if one.key == anomaly.key)
    window = stretch([anomaly], filled.since + HOUR)
    now = store.clock()
    store.clock = lambda: now + 60 * DAY
    seal(store)
    assert not evidence(store, stored, anomaly, window).rolled
    retain(store)
    found = evidence(store, stored, anomaly, window)
    assert (found.rolled, found.step) == (True, HOUR)
    assert np.isfinite(found.measured).any()
    assert not np.isfinite(found.low).any()
    assert "expired" in evidence_chart(found, [anomaly], LIGHT).note


def test_a_job_is_found_by_each_of_its_hosts(filled: Filled) -> None:
    window, place = _window(filled), f"host {HOSTILE}"
    found = fleet_of.found(filled.store, window)
    with filled.store.writing() as connection:
        connection.execute(update(incident).values(scope="job 7"))
    assert len(incidents.ranked(filled.store, window, found, [place])) == 1
    assert incidents.ranked(filled.store, window, found, ["host a"]) == []
    there = incidents.ranked(filled.store, window, found)
    assert incidents.at(there, place, filled.since, filled.since + HOUR) is not None
