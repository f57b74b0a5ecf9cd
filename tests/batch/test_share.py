"""A run on many hosts finds what one process finds, whoever dies on the way."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from detectors.calibration.confidence import Confidence
from reinfra.batch.acquire import Window
from reinfra.batch.cluster import on_worker, without_secrets
from reinfra.batch.detect import Request, detect
from reinfra.batch.elsewhere import Place
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.items import Item
from reinfra.batch.parcels import packed_item, packed_result, unpacked_item, unpacked_result
from reinfra.batch.share import help_out
from reinfra.batch.task import Task
from reinfra.batch.workers import Crew
from reinfra.config import load_settings
from reinfra.errors import InputError
from reinfra.model import DAY
from reinfra.store import Selector, Store, leases, open_store, runs
from tests.batch.test_states import BEGIN, SPAN, STEP, fill, found, run


def _shared(store: Store, number: int = 0) -> None:
    settings = load_settings()
    chosen = settings.detect.model_copy(update={"detectors": ("autoregression",)})
    detect(
        store,
        settings.model_copy(update={"detect": chosen}),
        Request(until=BEGIN + SPAN, crew=Crew(share=True)),
        clock=lambda: BEGIN + SPAN,
        ids=lambda: f"shared-{number}",
    )


@pytest.fixture
def expected(tmp_path: Path) -> list[tuple[str, int, int, int, float]]:
    store = open_store(f"sqlite:///{tmp_path}/one.db", clock=lambda: BEGIN + SPAN, create=True)
    fill(store)
    run(store, BEGIN + SPAN)
    store.engine.dispose()
    return found(store)


def test_hosts_that_share_a_run_find_what_one_finds(
    postgres_url: str, expected: list[tuple[str, int, int, int, float]]
) -> None:
    store = open_store(postgres_url, clock=lambda: BEGIN + SPAN)
    other = open_store(postgres_url, clock=lambda: BEGIN + SPAN)
    fill(store)
    with ThreadPoolExecutor() as pool:
        run_ = pool.submit(_shared, store)
        while not run_.done():
            help_out(other, lambda: BEGIN + SPAN)
        run_.result()
    assert found(store) == expected
    store.engine.dispose()
    other.engine.dispose()


def test_what_a_dead_worker_had_is_claimed_again_and_its_own_late_result_refused(
    postgres_url: str,
) -> None:
    store = open_store(postgres_url, clock=lambda: BEGIN)
    with store.writing() as connection:
        runs.begin(connection, runs.Run("r", "detect", BEGIN, 0, BEGIN, "0", "here"))
        leases.offer(connection, "r", [b"a", b"b"])
    with store.writing() as connection:
        dead = leases.claim(connection, "dead", BEGIN)
    with store.writing() as connection:
        alive = leases.claim(connection, "alive", BEGIN)
        assert leases.claim(connection, "late", BEGIN) is None
    assert dead is not None
    assert alive is not None
    assert (dead.payload, alive.payload) == (b"a", b"b")
    with store.writing() as connection:
        again = leases.claim(connection, "alive", BEGIN + leases.LEASE)
        assert again is not None
        assert again.payload == b"a"
        assert not leases.finish(connection, dead, b"")
        assert leases.finish(connection, again, b"done")
        assert leases.left(connection, "r") == 1
    store.engine.dispose()


def test_two_who_claim_at_once_get_different_parts(postgres_url: str) -> None:
    store = open_store(postgres_url, clock=lambda: BEGIN)
    with store.writing() as connection:
        runs.begin(connection, runs.Run("r", "detect", BEGIN, 0, BEGIN, "0", "here"))
        leases.offer(connection, "r", [b"a", b"b"])
    with store.writing() as one, store.writing() as two:
        first, second = leases.claim(one, "one", BEGIN), leases.claim(two, "two", BEGIN)
    assert first is not None
    assert second is not None
    assert first.number != second.number
    store.engine.dispose()


def test_sqlite_is_not_shared(store: Store) -> None:
    with pytest.raises(InputError, match="PostgreSQL"):
        help_out(store, lambda: BEGIN)


def test_a_dask_cluster_finds_what_one_process_finds(
    tmp_path: Path, expected: list[tuple[str, int, int, int, float]]
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/two.db", clock=lambda: BEGIN + SPAN, create=True)
    fill(store)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from distributed import LocalCluster

        with LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster:
            settings = load_settings()
            chosen = settings.detect.model_copy(update={"detectors": ("autoregression",)})
            detect(
                store,
                settings.model_copy(update={"detect": chosen}),
                Request(until=BEGIN + SPAN, crew=Crew(dask=cluster.scheduler_address)),
                clock=lambda: BEGIN + SPAN,
                ids=lambda: "dask",
            )
    assert found(store) == expected
    store.engine.dispose()


def test_no_password_goes_to_a_cluster_and_a_worker_without_one_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(
        "postgresql+psycopg://ops:hunter2@db/reinfra?sslmode=require&sslpassword=hunter3",
        "prometheus+https://reader:hunter4@metrics/api?token=hunter5",
    )
    bare = without_secrets(place)
    assert "hunter" not in f"{bare}"
    assert bare.url == "postgresql+psycopg://ops@db/reinfra?sslmode=require"
    task = Task(load_settings().detect, Window(0, 0, 1), goes_on=True, dry_run=False, now=1)
    monkeypatch.setenv("REINFRA_DATABASE_URL", f"sqlite:///{tmp_path}/not-there.db")
    with pytest.raises(InputError, match="a worker of the cluster cannot reach") as refused:
        on_worker(bare, task, Item("autoregression", STEP, ()))
    assert "REINFRA_DATABASE_URL" in str(refused.value)


def test_a_part_and_what_it_came_to_survive_the_way_through_the_database(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/p.db", clock=lambda: BEGIN + SPAN, create=True)
    fill(store)
    series = {one.id: one for one in store.series(Selector())}
    first, second = list(series.values())[:2]
    task = Task(load_settings().detect, Window(0, 1, 2), goes_on=True, dry_run=False, now=3)
    item = Item("latency", STEP, (first,), (second,), DAY)
    assert unpacked_item(packed_item(task, item), series) == (task, item)
    found = Evaluation(scored={1}, confidence={("latency", "test.load"): Confidence(4, 1.5)})
    assert unpacked_result(packed_result(found), series) == found
    store.engine.dispose()
