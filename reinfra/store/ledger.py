"""What is known beside samples, written by whoever collects: one transaction for each thing said."""

from collections import Counter

from sqlalchemy import Connection

from reinfra.model import DAY, Report
from reinfra.store import answers, coverage, inventory
from reinfra.store.answers import Texts
from reinfra.store.coverage import SourceHealth
from reinfra.store.said import remembered
from reinfra.store.store import Store

_ENDED = 400 * DAY
"""How long it is remembered what changed and what was absent."""
_ANSWERS = 30 * DAY

_UNNAMED = "a subject with too long a name"
_CROWDED = "too many absences or facts"


def record(
    store: Store, source: str, report: Report, at: int, *, texts: Texts = Texts.HASH
) -> None:
    """Keep a report of `source`. Raises StoreError, and then nothing of it was kept.

    What it says to be absent is so from `at`, or since it was first said; it ends with the first
    collection of the source that does not repeat it (see `answered`).
    """
    if not (report.absences or report.facts or report.answers or report.refused):
        return
    absent, no_subject = coverage.readable(report.absences)
    facts, no_subject_either = inventory.readable(report.facts)
    with remembered(store, source, at) as said:
        said.repeated |= absent.keys()
        absent, facts = said.absent.news(absent, at), said.facts.news(facts, at)
        refused = Counter(report.refused)
        refused[_UNNAMED] += no_subject + no_subject_either
        if absent or facts or report.answers or refused.total():
            with store.writing() as connection:
                refused[_CROWDED] += coverage.ABSENCES.note(connection, source, absent, at)
                refused[_CROWDED] += inventory.FACTS.note(connection, source, facts, at)
                refused += answers.note_answers(connection, source, report.answers, texts)
                coverage.note_refused(connection, source, +refused, at)
        said.absent.learn(absent, at)
        said.facts.learn(facts, at)


def answered(store: Store, source: str, at: int) -> None:
    """A collection of `source` is over and went well; must come after the reports of that collection.

    That a source is as it was is written every ten seconds at most.
    """
    with remembered(store, source, at) as said:
        over = said.over()
        if over or not said.still(SourceHealth.ANSWERING, "", at):
            with store.writing() as connection:
                coverage.ABSENCES.end(connection, source, over, seen=said.written_at, at=at)
                coverage.note_health(connection, source, SourceHealth.ANSWERING, "", at)
            said.health, said.written_at = (SourceHealth.ANSWERING, ""), at
        for key in over:
            del said.absent.words[key]
        said.repeated = set()


def failed(store: Store, source: str, error: str, at: int) -> None:
    """A collection of `source` failed. What it said before stands: it is neither repeated nor over."""
    with remembered(store, source, at) as said:
        if not said.still(SourceHealth.FAILING, error, at):
            with store.writing() as connection:
                coverage.note_health(connection, source, SourceHealth.FAILING, error, at)
            said.health, said.written_at = (SourceHealth.FAILING, error), at
        said.repeated = set()


def expire(connection: Connection, now: int) -> int:
    """Delete what ended, or was last said, long ago. Returns how many rows."""
    ended = now - _ENDED
    gone = coverage.ABSENCES.expire(connection, ended) + inventory.FACTS.expire(connection, ended)
    return gone + answers.expire(connection, now - _ANSWERS)
