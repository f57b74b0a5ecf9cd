import subprocess
import sys

import numpy as np
import pytest

from detectors import detector
from detectors.pyod_adapter import PyodDetector
from reinfra.model import InputError
from tests.detectors.blocks import block_of, daily_wave


def test_any_pyod_detector_can_be_named() -> None:
    assert detector("pyod:LOF") == PyodDetector("LOF")


@pytest.mark.parametrize("name", ["nobody", "pyod:", "pyod:os.system"])
def test_an_unknown_name_is_refused_with_those_that_are_known(name: str) -> None:
    with pytest.raises(InputError, match="autoregression"):
        detector(name)


def test_a_pyod_detector_that_draws_at_random_is_seeded() -> None:
    block = block_of(daily_wave(1, 200))
    first, second = (detector("pyod:IForest").score(block).values for _ in range(2))
    assert np.array_equal(first, second, equal_nan=True)


def test_a_pyod_name_that_does_not_exist_is_said_to_be_so() -> None:
    with pytest.raises(InputError, match="PyOD has no detector 'Nobody'"):
        detector("pyod:Nobody").score(block_of(np.zeros((1, 200))))


def test_the_registry_loads_no_heavy_library() -> None:
    heavy = "{'pyod', 'statsmodels', 'scipy', 'sklearn', 'pandas', 'numba'}"
    code = f"import sys, detectors; print({heavy} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
