from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from reinfra.gaps import Refusal, Scorecard, compare_recorded


@pytest.fixture(scope="session")
def folder() -> Path:
    """The recorded FMBench runs that ship with the demo."""
    return Path(str(files("reinfra.demo"))) / "data" / "fmbench"


@pytest.fixture(scope="session")
def recorded(folder: Path) -> dict[str, Scorecard | Refusal]:
    results = compare_recorded(folder, np.random.default_rng(1))
    return {result.title.replace("fmbench_llama2_", ""): result for result in results}


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)
