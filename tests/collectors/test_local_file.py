import gzip
from pathlib import Path

import pytest

from collectors.base import CollectorError
from collectors.local_file import read_bytes, read_text


def test_gzip_is_known_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    path.write_bytes(gzip.compress(b"text"))
    assert read_text(path) == "text"
    path.write_bytes(b"text")
    assert read_text(path) == "text"


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(1_000_001)))
    with pytest.raises(CollectorError, match="is larger than 1,000,000 bytes"):
        read_bytes(path, 1_000_000)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CollectorError, match=r"gone\.txt: cannot be read"):
        read_bytes(tmp_path / "gone.txt")
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(b"text" * 100)[:-9])
    with pytest.raises(CollectorError, match=r"cut\.gz: cannot be read"):
        read_bytes(cut)
    latin = tmp_path / "latin.txt"
    latin.write_bytes("Zürich".encode("latin-1"))
    with pytest.raises(CollectorError, match="is not UTF-8"):
        read_text(latin)
