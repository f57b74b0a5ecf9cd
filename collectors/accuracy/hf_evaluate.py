"""What Hugging Face's evaluate.save writes: figures and parameters side by side, and no counts.

Fields as in src/evaluate/saving.py of huggingface/evaluate at a7dd338 (2026-04-08).
"""

from collections.abc import Iterator

from collectors.accuracy.graded import Graded, Line, Mean, number


def whole(name: str) -> bool:
    del name
    return True


def results(line: Line) -> Iterator[Graded | Mean]:
    """Every number but those of evaluate itself: name the metrics in the settings, or parameters come too.

    Its time has no zone, so that the file's own is taken.
    """
    if "_evaluate_version" not in line.record:
        line.refuse("not saved by evaluate: no _evaluate_version")
        return
    for name, found in line.record.items():
        value = number(found)
        if value is not None and not name.startswith("_") and not isinstance(found, bool | str):
            yield Mean(name, value, model=line.text("model"), dataset=line.text("dataset"))
