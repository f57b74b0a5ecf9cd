"""The queries with a memory, bounded in time and number. Nothing here decides anything.

Each is keyed by the database it reads and by its arguments, those with a leading underscore left out.
The values are frozen, so all sessions may share them.
"""

import streamlit as st

from dashboard import connection
from dashboard.queries import causes, gap, quality, signals
from dashboard.queries import coverage as coverage_of
from dashboard.queries import evidence as evidence_of
from dashboard.queries import fleet as fleet_of
from dashboard.queries.coverage import Covered, Installed
from dashboard.queries.evidence import Evidence
from dashboard.queries.quality import Quality
from dashboard.queries.signals import Course
from dashboard.queries.window import Window
from reinfra.explain.explain import Explanation
from reinfra.gaps.scorecard import Refusal, Scorecard
from reinfra.model import SECOND, Anomaly
from reinfra.signals import Signal
from reinfra.store import Stored
from reinfra.store.anomalies import StoredAnomaly

TTL = 15
"""Seconds for which a page may repeat what it read before."""


def now() -> int:
    """The store's clock, held still for as long as the memory lasts, so that windows repeat."""
    return connection.store().clock() // (TTL * SECOND) * (TTL * SECOND)


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner="Reading which series there are …")
def fleet(url: str) -> tuple[Stored, ...]:
    return fleet_of.fleet(connection.store_at(url))


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner="Looking at what is watched …")
def covered(url: str, at: int, _fleet: tuple[Stored, ...]) -> Covered:
    """`at` names the fleet: it is the time that it was read for."""
    return coverage_of.covered(connection.store_at(url), connection.samples_at(url), _fleet, at)


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner="Reading the inventory …")
def installed(url: str, at: int) -> Installed:
    return coverage_of.installed(connection.store_at(url), at)


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner=False)
def coverage_history(url: str, window: Window, buckets: int) -> tuple[float, ...]:
    return tuple(coverage_of.history(connection.store_at(url), window, buckets))


@st.cache_resource(ttl=TTL, max_entries=16, show_spinner="Reading anomalies …")
def found(url: str, window: Window) -> tuple[StoredAnomaly, ...]:
    return fleet_of.found(connection.store_at(url), window)


@st.cache_resource(ttl=TTL, max_entries=16, show_spinner="Reading signals …")
def course(
    url: str, key: object, window: Window, buckets: int, _signal: Signal, _fleet: tuple[Stored, ...]
) -> Course:
    """`key` names signal and fleet."""
    del key
    return signals.course(connection.samples_at(url), _fleet, _signal, window, buckets)


@st.cache_resource(ttl=4 * TTL, max_entries=16, show_spinner="Reading the series and its band …")
def evidence(
    url: str, key: object, window: Window, shift: int, _stored: Stored, _anomaly: Anomaly
) -> Evidence:
    """`key` names the anomaly."""
    del key
    return evidence_of.evidence(connection.samples_at(url), _stored, _anomaly, window, shift)


@st.cache_resource(ttl=4 * TTL, max_entries=16, show_spinner=False)
def trends(
    url: str, key: object, window: Window, buckets: int, _series: tuple[Stored, ...]
) -> list[list[float | None]]:
    """`key` names the series."""
    del key
    return signals.trends(connection.samples_at(url), _series, window, buckets)


@st.cache_resource(
    ttl=40 * TTL, max_entries=32, show_spinner="Comparing with what happened before …"
)
def explanation(url: str, incident_id: int) -> Explanation:
    store, samples = connection.store_at(url), connection.samples_at(url)
    return causes.explanation(store, samples, incident_id)


@st.cache_resource(ttl=240 * TTL, max_entries=4, show_spinner="Comparing judges with people …")
def qualities(url: str) -> tuple[Quality, ...]:
    return quality.qualities(connection.store_at(url))


@st.cache_resource(max_entries=1, show_spinner="Comparing the recorded runs …")
def comparisons() -> tuple[Scorecard | Refusal, ...]:
    return gap.comparisons()


def forget() -> None:
    """Let the next page read the store anew; what never changes is kept."""
    for memory in (
        fleet,
        covered,
        installed,
        coverage_history,
        found,
        course,
        evidence,
        trends,
        qualities,
    ):
        memory.clear()
