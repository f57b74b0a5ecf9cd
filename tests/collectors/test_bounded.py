import threading

import pytest

from collectors.bounded import Bounded, StuckError


def test_an_answer_and_an_error_come_through() -> None:
    answers = iter([3, 4])
    call = Bounded(lambda: next(answers))
    assert (call(5), call(5)) == (3, 4)
    with pytest.raises(StopIteration):
        call(5)


def test_a_call_that_hangs_is_left_out_and_its_late_answer_thrown_away() -> None:
    held = threading.Event()
    calls: list[int] = []

    def work() -> int:
        calls.append(len(calls))
        assert len(calls) > 1 or held.wait(20)
        return calls[-1]

    call = Bounded(work)
    for _ in range(2):
        with pytest.raises(StuckError, match="no answer for"):
            call(0.02)
    assert call.busy
    held.set()
    assert call(20) == 1
    assert calls == [0, 1]
    assert not call.busy
