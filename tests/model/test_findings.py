import pytest

from reinfra.errors import ExitCode, InputError, LockedError, ReinfraError
from reinfra.model import (
    Alert,
    Incident,
    IncidentState,
    Severity,
    Transition,
    Verdict,
    VerdictStatus,
    iso,
)

INCIDENT = Incident(7, "host-1", "hot", Severity.WARNING, IncidentState.OPEN, 0, 1, 1)


def test_every_message_about_a_transition_can_be_told_from_every_other() -> None:
    keys = {Alert(INCIDENT, Transition.OPENED, number, 0).dedup_key for number in range(3)}
    assert keys == {"INC-7:0", "INC-7:1", "INC-7:2"}


def test_severities_are_ordered() -> None:
    assert Severity.INFO.rank < Severity.WARNING.rank < Severity.CRITICAL.rank


def test_an_invalid_verdict_has_no_score() -> None:
    with pytest.raises(ValueError, match="only if"):
        Verdict("1", "judge", "rubric", VerdictStatus.UNPARSED, 0.0)


def test_a_valid_verdict_has_a_score() -> None:
    with pytest.raises(ValueError, match="only if"):
        Verdict("1", "judge", "rubric", VerdictStatus.OK)


def test_an_error_is_one_line_whatever_it_was_made_of() -> None:
    error = ReinfraError("bad\nrow", where="file.csv", why="not\ttime", todo="Correct it.")
    assert str(error) == "file.csv: bad row: not time. Correct it."


def test_errors_carry_the_exit_code_that_schedulers_act_on() -> None:
    codes = [error("x").exit_code for error in (ReinfraError, InputError, LockedError)]
    assert codes == [ExitCode.FAILED, ExitCode.USAGE, ExitCode.LOCKED] == [1, 2, 75]


def test_times_are_shown_in_utc() -> None:
    assert iso(1_700_000_000_999) == "2023-11-14T22:13:20Z"
