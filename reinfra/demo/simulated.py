"""The loop on a simulated fleet, for load tests: nothing in it is measured, and every series says so."""

from collections import defaultdict

from collectors.simulator import Fault, Simulator
from collectors.simulator.faults import FaultKind
from detectors.labels import Window, verify
from reinfra.batch.detect import Report, Request, detect
from reinfra.config import Settings
from reinfra.demo import warming
from reinfra.demo.run import finish
from reinfra.demo.summary import Labelled, Summary
from reinfra.model import DAY, MINUTE, Anomaly, Clock, IdSource, SeriesKey
from reinfra.progress import Progress, Step
from reinfra.store import Selector, Source, Store, anomalies, open_store

SPAN = 5 * DAY
"""Faults lie in the second half. By then every series is judged: that begins at the first midnight
(UTC) after 200 samples and a day of scores, 2.14 days after the beginning at the latest."""

NOTE = "Simulated by reinfra with planted faults; no number in it was measured."


def run(hosts: int, settings: Settings, clock: Clock, ids: IdSource, progress: Progress) -> Summary:
    """Fill the settings' database from a simulated fleet, and tell which planted faults were found."""
    store = open_store(settings.database.url, clock=clock, create=True)
    until = clock() // MINUTE * MINUTE
    fleet = Simulator(since=until - SPAN, until=until, hosts=hosts)
    _write(store, fleet, progress)
    detection = detect(store, settings, Request(), clock=clock, ids=ids, progress=progress)
    found, counts = finish(store, settings, clock, progress)
    return Summary(
        provenance=f"SIMULATED data: {hosts} hosts. {NOTE}",
        detection=detection,
        labelled=_against_plan(store, settings, fleet.faults, detection),
        incidents=found,
        graded=(),
        gaps=(),
        outbox=counts,
        file=settings.alerts.file,
    )


def _write(store: Store, fleet: Simulator, progress: Progress) -> None:
    source = Source(fleet.name, fleet.origin, NOTE)
    hosts: set[str] = set()
    for batch in fleet.collect():
        store.write(batch, source, watermark=fleet.until)
        hosts.add(batch.keys[0].label("host.name"))
        progress(Step("simulate", len(hosts - {""}), fleet.hosts))


def _against_plan(
    store: Store, settings: Settings, faults: tuple[Fault, ...], detection: Report
) -> tuple[Labelled, ...]:
    with store.reading() as connection:
        found = anomalies.between(connection, detection.since, detection.until)
    of_series: dict[SeriesKey, list[Anomaly]] = defaultdict(list)
    for one in found:
        of_series[one.found.key].append(one.found)
    stored = {one.key: one for one in store.series(Selector())}
    labelled = []
    for fault in faults:
        by_value = fault.kind is not FaultKind.MISSING_DEVICE  # silence needs no warming up
        hurt_series = (stored[key] for key in fault.series if key in stored)
        begins = (
            warming.judged_from(store, settings.detect, hurt_series, detection)
            if by_value
            else None
        )
        labelled.append(_of_fault(fault, of_series, begins))
    hurt = {key for fault in faults for key in fault.series}
    rest = [one for key, many in of_series.items() if key not in hurt for one in many]
    return (*labelled, Labelled("series without a fault", verify(rest, [])))


def _of_fault(
    fault: Fault, of_series: dict[SeriesKey, list[Anomaly]], judged_from: int | None
) -> Labelled:
    first = fault.series[0]
    place = first.label("host.name") or first.label("service.name")
    name = f"{fault.kind} {place} {first.label('hw.id')}".strip()
    found = [one for key in fault.series for one in of_series[key]]
    return Labelled(name, verify(found, [Window(fault.since, fault.until)], judged_from))
