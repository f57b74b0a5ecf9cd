import threading

from reinfra.collect.once import collect_once
from reinfra.collect.writer import Writer
from reinfra.store import Selector, Store
from tests.collect.doubles import (
    NOW,
    Broken,
    Defective,
    Hanging,
    Paged,
    Pushed,
    Working,
    opened,
)


def test_a_source_that_fails_is_told_and_stops_no_other(store: Store) -> None:
    store.clock = lambda: NOW
    done = collect_once(Writer(store), [opened(Broken()), opened(Working())])
    assert [(one.source, one.samples, one.refused, one.error) for one in done] == [
        ("broken", 0, 0, "broken: no answer"),
        ("working", 1, 2, ""),
    ]
    assert store.watermark("working") == NOW


def test_a_defect_of_a_collector_is_a_state_and_stops_no_other(store: Store) -> None:
    store.clock = lambda: NOW
    done = collect_once(Writer(store), [opened(Defective()), opened(Working())])
    assert "ZeroDivisionError" in done[0].error
    assert done[1].samples == 1


def test_a_source_that_hangs_delays_no_other(store: Store) -> None:
    store.clock = lambda: NOW
    hanging = Hanging()
    writer = Writer(store)
    command = threading.Thread(
        target=collect_once, args=(writer, [opened(hanging), opened(Working())])
    )
    command.start()
    try:
        while store.watermark("working") is None:
            assert command.is_alive()
    finally:
        hanging.released.set()
        command.join()


def test_a_source_goes_on_after_its_last_stored_page(store: Store) -> None:
    store.clock = lambda: NOW
    writer = Writer(store)
    assert collect_once(writer, [opened(Paged(pages=2))])[0].samples == 2
    assert store.cursor("paged") == "2"
    assert collect_once(writer, [opened(Paged(pages=5))])[0].samples == 3
    (series,) = store.series(Selector())
    (values,) = store.samples([series], NOW, NOW + 100).value
    assert values.tolist() == [0, 1, 2, 3, 4]


def test_what_others_push_to_cannot_be_collected_once(store: Store) -> None:
    (done,) = collect_once(Writer(store), [opened(Pushed())])
    assert "listens" in done.error
