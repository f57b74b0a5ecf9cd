import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from dashboard.queries.gap import comparisons
from dashboard.queries.quality import qualities
from judge.report import report
from reinfra.batch import quality
from reinfra.cli.gaps_runs import recorded
from reinfra.config import Settings
from reinfra.demo.run import recreate, run
from reinfra.demo.simulated import run as run_simulated
from reinfra.demo.summary import Summary
from reinfra.errors import ReinfraError
from reinfra.model import DERIVED_LABEL, MINUTE, Batch, Origin, SeriesKey
from reinfra.model.randomness import SEED
from reinfra.progress import Step, silent
from reinfra.store import Selector, Source, Store, open_store, sources

NOW = 1_763_700_000_000


def _settings(folder: Path) -> Settings:
    defaults = Settings()
    return defaults.model_copy(
        update={
            "database": defaults.database.model_copy(update={"url": f"sqlite:///{folder}/demo.db"}),
            "alerts": defaults.alerts.model_copy(
                update={"channels": ("file",), "file": f"{folder}/alerts.jsonl"}
            ),
        }
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Summary, Store, Path]]:
    folder = tmp_path_factory.mktemp("demo")
    settings = _settings(folder)
    numbers = count()
    summary = run(settings, lambda: NOW, lambda: str(next(numbers)), silent)
    store = open_store(settings.database.url)
    yield summary, store, folder
    store.engine.dispose()


Demo = tuple[Summary, Store, Path]


def test_every_series_is_recorded_and_says_so(demo: Demo) -> None:
    _, store, _ = demo
    assert {one.key.origin for one in store.series(Selector())} == {Origin.RECORDED}


def test_every_source_says_what_was_done_to_it(demo: Demo) -> None:
    _, store, _ = demo
    with store.reading() as connection:
        for each in sources.listing(connection):
            assert each.note, each.name


def test_computed_queueing_is_labelled_derived(demo: Demo) -> None:
    _, store, _ = demo
    queues = store.series(Selector("gen_ai.server.queue.time"))
    assert queues
    assert all("arrivals" in one.key.label(DERIVED_LABEL) for one in queues)


def test_nothing_is_in_the_future_and_the_latest_is_just_now(demo: Demo) -> None:
    _, store, _ = demo
    latest = max(one.last_at for one in store.series(Selector()))
    assert NOW - 5 * MINUTE <= latest <= NOW


def test_the_labels_are_all_accounted_for(demo: Demo) -> None:
    summary, _, _ = demo
    hits = sum(len(each.result.hits) for each in summary.labelled)
    missed = sum(len(each.result.missed) for each in summary.labelled)
    assert len(summary.labelled) == 11
    unjudged = [window for each in summary.labelled for window in each.result.unjudged]
    assert hits + missed + len(unjudged) == 20
    assert hits >= 1
    assert unjudged
    assert "\n".join(summary.lines()).count("not judged yet") == 1 + len(unjudged)


def test_every_incident_was_told_of_once(demo: Demo) -> None:
    summary, _, folder = demo
    told = [json.loads(line) for line in (folder / "alerts.jsonl").read_text().splitlines()]
    keys = [one["dedup_key"] for one in told]
    assert len(keys) == len(set(keys))
    opened = {one["incident"]["id"] for one in told if one["transition"] == "opened"}
    assert opened == {one.id for one in summary.incidents}
    assert {one["origin"] for one in told} == {"recorded"}


def test_answers_are_graded_with_intervals_or_reasons(demo: Demo) -> None:
    summary, _, _ = demo
    assert [each.name.partition(",")[0] for each in summary.graded] == [
        "LLMBar",
        "PandaLM",
        "PandaLM",
    ]
    for each in summary.graded:
        for judge in each.judges:
            assert judge.corrected.has_interval or judge.corrected.reason


def test_the_summary_tells_it_all_in_plain_lines(demo: Demo) -> None:
    text = "\n".join(demo[0].lines())
    for words in ("Recorded data", "windows hit", "kappa", "refused", "[-34, -2", "Alerts: "):
        assert words in text


def test_the_same_clock_gives_the_same_demo(demo: Demo, tmp_path: Path) -> None:
    numbers = count()
    again = run(_settings(tmp_path), lambda: NOW, lambda: str(next(numbers)), silent)
    assert replace(again.detection, seconds=demo[0].detection.seconds) == demo[0].detection
    assert again.incidents == demo[0].incidents


def test_the_demo_the_command_line_and_the_page_show_the_same_intervals(demo: Demo) -> None:
    summary, store, _ = demo
    assert repr(summary.gaps) == repr(tuple(recorded())) == repr(comparisons())
    on_page = {each.report.name: repr(each.report) for each in qualities(store)}
    in_demo = {each.name: repr(each) for each in summary.graded}
    assert on_page.items() <= in_demo.items()
    (name,) = on_page.keys() - {"LLMBar"}
    by_hand = report(quality.load(store, name), np.random.default_rng(SEED))
    assert in_demo[name] == repr(by_hand)


@pytest.fixture(scope="module")
def simulated(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Summary, Store, list[Step]]]:
    steps: list[Step] = []
    numbers = count()
    settings = _settings(tmp_path_factory.mktemp("simulated"))
    summary = run_simulated(2, settings, lambda: NOW, lambda: str(next(numbers)), steps.append)
    store = open_store(settings.database.url)
    yield summary, store, steps
    store.engine.dispose()


Simulated = tuple[Summary, Store, list[Step]]


def test_progress_reaches_its_end_in_every_stage(simulated: Simulated) -> None:
    last = {step.stage: step for step in simulated[2]}
    assert all(step.ends for step in last.values())


def test_a_simulated_fleet_is_marked_and_mixes_with_nothing(simulated: Simulated) -> None:
    summary, store, _ = simulated
    assert summary.provenance.startswith("SIMULATED")
    assert not any(each.result.unjudged for each in summary.labelled)
    assert {one.key.origin for one in store.series(Selector())} == {Origin.SIMULATED}
    with pytest.raises(ReinfraError, match="never mixed"):
        store.write(Batch.at_instant(1, [(SeriesKey.of("m", {}), 1.0)]), Source("real"))


def test_an_earlier_demo_is_removed_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"demo.db{suffix}").touch()
    recreate(tmp_path / "demo.db")
    assert not list(tmp_path.iterdir())
