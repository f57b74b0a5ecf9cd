"""Shapes have no size and no place; distances are fair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reinfra.explain.shape import SIZE, Episode, distance, shape
from reinfra.model import MINUTE

AT = np.arange(0, 300 * MINUTE, MINUTE, dtype=np.int64)
SPAN = 100 * MINUTE, 160 * MINUTE


def bump(start: int, size: float, level: float) -> NDArray[np.float64]:
    values = np.full(AT.size, float(level))
    values[100:160] += size * np.linspace(start, 1, 60)
    return values


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 1e6), st.floats(-1e6, 1e6))
def test_size_and_level_are_no_part_of_a_shape(size: float, level: float) -> None:
    own = shape(AT, bump(0, 1, 0), SPAN, float("nan"))
    other = shape(AT, bump(0, size, level), SPAN, level)
    assert np.allclose(own, other, atol=1e-4 + 1e-9 * abs(level) / size)
    assert np.abs(own).max() == pytest.approx(1)


def test_a_ramp_is_nearer_to_a_ramp_than_to_a_step_or_to_another_signal() -> None:
    ramp, step = (
        Episode("hw.power", shape(AT, bump(start, 1, 5), SPAN, 5.0), 60) for start in (0, 1)
    )
    assert distance(ramp, ramp) == 0
    assert 0 < distance(ramp, step) == distance(step, ramp)
    of_family = Episode("hw.gpu.power.limit", ramp.shape, 60)
    assert distance(ramp, of_family) == 0.5
    assert distance(ramp, Episode("hw.temperature", ramp.shape, 60)) == np.inf
    assert distance(ramp, Episode("hw.power", ramp.shape, 240)) == 0.5  # four times as long
    silence = Episode("hw.power", shape(AT[:50], np.zeros(50), SPAN, 0.0), 60)
    assert np.isnan(silence.shape).all()
    assert distance(silence, silence) == 0
    assert distance(silence, ramp) == np.inf
    assert silence.shape.size == SIZE
