"""Whether a source answers, and who would know."""

from reinfra.config import load_settings
from reinfra.coverage.watchers import QUIET, Watcher, watchers
from reinfra.model import DAY, HOUR, MINUTE
from reinfra.store.coverage import SourceHealth, SourceStatus
from tests.coverage.made import NOW

ANSWERING, FAILING = SourceHealth.ANSWERING, SourceHealth.FAILING


def _status(health: SourceHealth, *, seen: int = NOW, source: str = "nvidia") -> SourceStatus:
    error = "" if health is ANSWERING else "no driver"
    return SourceStatus(source, health, NOW - DAY, seen, None, error)


def _only(status: SourceStatus) -> Watcher:
    (found,) = watchers([status], load_settings(), NOW).values()
    return found


def test_a_source_that_fails_says_why_and_since_when() -> None:
    found = _only(_status(FAILING))
    assert (found.answers, found.since, found.reason) == (False, NOW - DAY, "no driver")


def test_a_source_that_nobody_asks_does_not_answer() -> None:
    assert _only(_status(ANSWERING, seen=NOW - MINUTE)).answers
    found = _only(_status(ANSWERING, seen=NOW - HOUR))
    assert not found.answers
    assert found.since == NOW - HOUR
    assert "reinfra collect" in found.reason


def test_a_source_that_others_push_to_is_dead_a_while_after_they_stop() -> None:
    assert _only(_status(ANSWERING, seen=NOW - QUIET, source="otlp")).answers
    silent = _only(_status(ANSWERING, seen=NOW - QUIET - MINUTE, source="otlp"))
    assert silent.since == NOW - QUIET - MINUTE
    assert silent.reason.startswith("nothing was delivered since")


def test_a_source_that_was_asked_long_ago_is_no_source_of_ours_any_more() -> None:
    status = _status(ANSWERING, seen=NOW - 20 * DAY)
    assert watchers([status], load_settings(), NOW) == {}


def test_a_source_is_young_in_its_first_minutes() -> None:
    assert not _only(_status(ANSWERING)).young
    just_now = SourceStatus("nvidia", ANSWERING, NOW - MINUTE, NOW, NOW, "")
    assert _only(just_now).young
