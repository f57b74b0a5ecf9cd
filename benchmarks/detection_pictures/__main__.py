"""`python -m benchmarks.detection_pictures`: draw docs/guide/pictures/detectors.svg again."""

from pathlib import Path

from benchmarks.detection_pictures.draw import drawn
from benchmarks.detection_pictures.panels import panels

FILE = Path(__file__).parents[2] / "docs" / "guide" / "pictures" / "detectors.svg"


def main() -> None:
    """Sixteen panels, a detector each."""
    found = []
    for one in panels():
        said = one.found[0].reason if one.found else "nothing found"
        print(f"{one.name}: {len(one.found)} found. {said}", flush=True)
        found.append(one)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(drawn(found), encoding="utf-8")


if __name__ == "__main__":
    main()
