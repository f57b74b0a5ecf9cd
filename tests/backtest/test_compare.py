"""Replays find what `detect` finds, and write nothing; settings side by side, against labels, on record."""

import json
from collections.abc import Iterable
from itertools import count
from pathlib import Path

import pytest

from reinfra.backtest.against import Against
from reinfra.backtest.compare import compare
from reinfra.backtest.labels import Label, read_labels
from reinfra.backtest.proposal import Proposal, assignments, digest
from reinfra.backtest.replay import Place, Replay, replay
from reinfra.batch.detect import Request, detect
from reinfra.config import Settings
from reinfra.errors import InputError
from reinfra.model import Anomaly, iso
from reinfra.store import Selector, Stored, anomalies, backtests, open_store
from reinfra.store.anomalies import StoredAnomaly
from tests.backtest.conftest import JUDGED, SLOW, UNTIL, clock, key
from tests.cli.conftest import Run, reinfra  # noqa: F401 - a fixture

FEWER = assignments(["detect.detectors=staleness"])


def test_a_replay_finds_what_detect_finds_and_writes_nothing(place: Place) -> None:
    found = replay(place, Settings(), JUDGED)
    with place.store.reading() as connection:
        assert anomalies.between(connection, 0, UNTIL) == []
    request = Request(JUDGED.since, JUDGED.until)
    numbers = count()
    detect(place.store, Settings(), request, clock=clock, ids=lambda: f"run {next(numbers)}")
    with place.store.reading() as connection:
        real = anomalies.between(connection, JUDGED.since, UNTIL)
    assert found.found
    assert _told(found.found) == _told(one for one in real if one.found.since >= JUDGED.since)
    assert found.weeks == pytest.approx(8 * 18 / 168, rel=0.01)  # eight series for 18 hours


def test_two_settings_stand_side_by_side_against_labels(place: Place) -> None:
    label = Label(Selector.parse('{hw.id="GPU-1"}'), *SLOW)
    made, _ = compare(place, Settings(), Proposal.of(Settings(), FEWER), JUDGED, [label])
    present, proposed = made.sides
    assert present.labels is not None
    assert present.labels.recall.value == 1
    assert present.labels.delay <= 5 * 60_000
    assert present.incidents.count == 1
    assert proposed.alerts.count == 0
    assert proposed.labels is not None
    assert proposed.labels.unjudged == 1  # nothing that runs could have judged it: no miss
    assert (made.gone, made.fresh) == (present.alerts.count, 0)


def test_the_command_prints_figures_and_keeps_them(
    reinfra: Run,  # noqa: F811
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("REINFRA_DATABASE_URL", url)
    (tmp_path / "labels.csv").write_text(
        f'selector,since,until\n"{{hw.id=""GPU-1""}}",{iso(SLOW[0])},{SLOW[1]}\n'
    )
    ran = reinfra(
        *("backtest", "--since", iso(JUDGED.since), "--until", iso(UNTIL), "--json"),
        *("--detectors", "staleness", "--labels", "labels.csv", "--out", "out"),
        *("--series", 'hw.gpu.clock.sm{hw.id=~".*"}'),
    )
    assert ran.code == 0, ran.err
    made = json.loads(ran.out)
    assert [side["name"] for side in made["sides"]] == ["present", "proposed"]
    assert made["sides"][0]["labels"]["recall"]["hits"] == 1
    alerts = (tmp_path / "out" / "alerts-present.csv").read_text().splitlines()
    assert len(alerts) == 1 + made["sides"][0]["alerts"]["count"]
    assert json.loads((tmp_path / "out" / "backtest.json").read_text())["figures"] == made
    (kept,) = json.loads(reinfra("backtest", "--list", "--json").out)
    assert kept["figures"] == made
    assert (kept["kind"], kept["since"]) == ("compare", JUDGED.since)
    assert "compare" in reinfra("backtest", "--list").out


def test_alerts_of_series_that_no_label_names_are_neither_right_nor_wrong() -> None:
    series = tuple(
        Stored(gpu, key("hw.gpu.clock.sm", gpu), "test", JUDGED.since, UNTIL) for gpu in range(3)
    )
    found = tuple(
        StoredAnomaly(n, gpu, None, _anomaly(gpu, since))
        for n, (gpu, since) in enumerate(
            [(0, SLOW[0] + 60_000), (0, SLOW[1] + 60_000), (2, SLOW[0])]
        )
    )
    made = Replay(JUDGED, series, found, frozenset({0, 1}))
    mine, other = (Label(Selector.parse(f'{{hw.id="GPU-{gpu}"}}'), *SLOW) for gpu in (0, 1))
    before = Label(mine.selector, 0, 1)
    against = Against.of(made, [mine, other, before])
    assert (against.precision.hits, against.precision.trials) == (1, 2)
    assert (against.recall.hits, against.recall.trials) == (1, 2)
    assert (against.delay, against.unlabelled, against.unjudged) == (60_000, 1, 0)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("detect.false_alarms", "sets nothing"),
        ("detect.nothing=1", "cannot be replayed"),
        ("database.url=x", "cannot be replayed"),
        ("detect.false_alarms=-1", "false_alarms"),
        ("detect.quiet=soon", "quiet"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(text: str, word: str) -> None:
    with pytest.raises(InputError, match=word):
        Proposal.of(Settings(), assignments([text]))


def test_equal_settings_have_one_digest_however_they_are_written() -> None:
    texts = (["detect.detectors=counts,peers"], ['detectors=["counts", "peers"]'])
    assert len({digest(Proposal.of(Settings(), assignments(one)).settings) for one in texts}) == 1
    assert digest(Proposal.of(Settings(), assignments(texts[0])).settings) != digest(Settings())


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("when,until\n1,2\n", "columns"),
        ("series,since,until\nm,2,1\n", "ends before"),
        ("series,since,until\nm,soon,1\n", "no time"),
        ('series,since,until\n"m{",1,2\n', "selector"),
        ("series,since,until\nm,1\n", "no time"),
    ],
)
def test_labels_that_cannot_be_read_are_refused_with_the_reason(
    text: str, word: str, tmp_path: Path
) -> None:
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(InputError, match=word):
        read_labels(tmp_path / "labels.csv")


def test_the_oldest_backtests_go_where_there_are_too_many(
    any_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtests, "KEPT", 2)
    store = open_store(any_url)
    for at in (3, 1, 2):
        with store.writing() as connection:
            made = backtests.StoredBacktest(str(at), "compare", at, 0, 1, "d", "v", {"x": None})
            backtests.save(connection, made)
    with store.reading() as connection:
        assert [one.at for one in backtests.listing(connection)] == [3, 2]
    store.engine.dispose()


def _told(found: Iterable[StoredAnomaly]) -> set[tuple[object, ...]]:
    return {
        (one.series_id, one.found.detector, one.found.since, one.found.until, one.found.reason)
        for one in found
    }


def _anomaly(gpu: int, since: int) -> Anomaly:
    of = key("hw.gpu.clock.sm", gpu)
    return Anomaly(of, "peers", since, since, since, 1.0, 2.0, 1.0, "slow")
