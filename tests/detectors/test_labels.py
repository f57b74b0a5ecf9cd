from detectors.labels import Hit, Window, verify
from reinfra.model import MINUTE, Anomaly, SeriesKey

KEY = SeriesKey("m")


def anomaly(since: int, until: int) -> Anomaly:
    return Anomaly(KEY, "test", since, until, since, 1.0, 9.0, 5.0, "")


def test_windows_are_hit_or_missed_and_the_rest_is_false() -> None:
    early, inside, outside = anomaly(90, 110), anomaly(150, 160), anomaly(900, 910)
    result = verify([early, inside, outside], [Window(500, 600), Window(100, 200)])
    assert result.hits == (Hit(Window(100, 200), 0),)
    assert result.missed == (Window(500, 600),)
    assert result.false == (outside,)


def test_the_delay_is_to_the_first_anomaly_in_the_window() -> None:
    found = [anomaly(40 * MINUTE, 50 * MINUTE), anomaly(15 * MINUTE, 16 * MINUTE)]
    (hit,) = verify(found, [Window(10 * MINUTE, 60 * MINUTE)]).hits
    assert hit.delay == 5 * MINUTE


def test_a_window_includes_both_its_ends() -> None:
    result = verify([anomaly(5, 10), anomaly(20, 30)], [Window(10, 20)])
    assert result.false == ()


def test_what_ended_before_anything_was_judged_is_neither_hit_nor_missed() -> None:
    early, reaching, late = Window(0, 99), Window(50, 100), Window(200, 300)
    result = verify([anomaly(90, 95)], [late, reaching, early], judged_from=100)
    assert result.unjudged == (early,)
    assert [hit.window for hit in result.hits] == [reaching]
    assert result.missed == (late,)
    assert result.false == ()


def test_nothing_found_and_nothing_labelled_is_no_error() -> None:
    assert verify([], [Window(1, 2)]).missed == (Window(1, 2),)
    assert verify([anomaly(1, 2)], []).false == (anomaly(1, 2),)
