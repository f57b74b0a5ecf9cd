"""Every score comes with an expected value and a band, or it is said why not."""

import numpy as np
import pytest

from detectors.episodes import Episodes
from detectors.registry import DETECTORS
from detectors.without_band import why_no_band
from tests.detectors.blocks import block_of, daily_wave


@pytest.mark.parametrize("name", ["autoregression", "counts", "novelty", "windows"])
def test_a_score_has_a_band_or_says_why_not(name: str) -> None:
    values = daily_wave(1, 600)
    values[0, 500] += 8
    block = block_of(values)
    scores = DETECTORS[name]().score(block)
    scored = np.isfinite(scores.values)
    assert scored.any()
    banded = np.isfinite(scores.expected[scored]).all() and np.isfinite(scores.scale[scored]).all()
    assert banded or why_no_band(name)
    if not banded:
        thresholds = np.where(scores.values == np.nanmax(scores.values), 0.0, np.inf)
        (found,) = Episodes(name).find(block, scores, thresholds)[:1]
        assert why_no_band(name) in found.reason
        assert np.isnan(found.expected_low)


def test_detectors_of_values_have_nothing_to_excuse() -> None:
    for name in ("autoregression", "counts", "drift", "latency", "peers", "proportion", "shift"):
        assert not why_no_band(name)
