"""What is known beside samples, written by whoever collects: one transaction for each thing said."""

from collections import Counter

from sqlalchemy import Connection

from reinfra.model import DAY, Report
from reinfra.store import answers, coverage, inventory
from reinfra.store.answers import Texts
from reinfra.store.coverage import SourceHealth
from reinfra.store.store import Store

_ENDED = 400 * DAY
"""How long it is remembered what changed and what was absent."""
_ANSWERS = 30 * DAY


def record(
    store: Store, source: str, report: Report, at: int, *, texts: Texts = Texts.HASH
) -> None:
    """Keep a report of `source`. Raises StoreError, and then nothing of it was kept.

    What it says to be absent is so from `at`, or since it was first said; it ends with the first
    collection of the source that does not repeat it (see `answered`).
    """
    if not (report.absences or report.facts or report.answers or report.refused):
        return
    with store.writing() as connection:
        refused = Counter(report.refused)
        refused.update(coverage.note_absences(connection, source, report.absences, at))
        refused.update(inventory.note_facts(connection, source, report.facts, at))
        refused.update(answers.note_answers(connection, source, report.answers, texts))
        coverage.note_refused(connection, source, refused, at)


def answered(store: Store, source: str, at: int) -> None:
    """A collection of `source` is over and went well; must come after the reports of that collection."""
    with store.writing() as connection:
        coverage.note_health(connection, source, SourceHealth.ANSWERING, "", at)


def failed(store: Store, source: str, error: str, at: int) -> None:
    """A collection of `source` failed. What it said before stands: it is neither repeated nor over."""
    with store.writing() as connection:
        coverage.note_health(connection, source, SourceHealth.FAILING, error, at)


def expire(connection: Connection, now: int) -> int:
    """Delete what ended, or was last said, long ago. Returns how many rows."""
    ended = now - _ENDED
    gone = coverage.ABSENCES.expire(connection, ended) + inventory.FACTS.expire(connection, ended)
    return gone + answers.expire(connection, now - _ANSWERS)
