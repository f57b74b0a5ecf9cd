from pathlib import Path

import pytest

from reinfra.cli.reference import pages

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", list(pages()))
def test_the_reference_is_what_the_code_says(name: str) -> None:
    made = pages()[name]
    assert (FOLDER / name).read_text(encoding="utf-8") == made, (
        "run python -m reinfra.cli.reference"
    )
