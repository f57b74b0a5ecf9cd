"""Times in evaluation results that name their zone."""

from datetime import datetime


def moment(text: str) -> int | None:
    """Milliseconds since 1970 UTC, None for what is no time or names no zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is None else round(found.timestamp() * 1000)
