import gzip
import hashlib
import json
from typing import Any

import pytest

from tests.collectors.recordings import DATA

MANIFEST: list[dict[str, Any]] = json.loads((DATA / "MANIFEST.json").read_text())["files"]
FOUR_MEGABYTES = 4_000_000


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: str(entry["file"]))
def test_a_shipped_file_is_the_one_that_the_manifest_names(entry: dict[str, Any]) -> None:
    raw = (DATA / entry["file"]).read_bytes()
    assert len(raw) == entry["bytes"]
    assert hashlib.sha256(raw).hexdigest() == entry["sha256"]


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: str(entry["file"]))
def test_a_shipped_file_says_whose_it_is_and_carries_its_licence(entry: dict[str, Any]) -> None:
    for field in ("what", "by", "commit", "changes"):
        assert entry[field]
    assert entry["source"].startswith("https://")
    assert entry["licence"] in {"MIT", "MIT-0", "Apache-2.0", "CC-BY-4.0"}
    assert "Copyright" in (DATA / entry["notice"]).read_text()


def test_nothing_ships_unlisted() -> None:
    listed = {entry["file"] for entry in MANIFEST} | {entry["notice"] for entry in MANIFEST}
    found = {str(path.relative_to(DATA)) for path in DATA.rglob("*") if path.is_file()}
    assert found == listed | {"MANIFEST.json"}


def test_the_demo_data_stays_small() -> None:
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < FOUR_MEGABYTES


def test_no_verdict_of_unclear_licence_ships() -> None:
    with gzip.open(DATA / "judge" / "llmbar_pairwise.jsonl.gz", "rt") as lines:
        subsets = {json.loads(line)["subset"] for line in lines}
    assert all(subset.startswith("LLMBar/") for subset in subsets)
