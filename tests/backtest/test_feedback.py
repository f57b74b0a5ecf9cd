"""What people said, as figures of each detector; and what it would have them set."""

import pytest

from reinfra.backtest.feedback import Told, by_detector, proposed, untold
from reinfra.backtest.labels import Label
from reinfra.backtest.replay import Span
from reinfra.model import Anomaly
from reinfra.store import Selector
from reinfra.store.anomalies import StoredAnomaly
from tests.backtest.conftest import key


def told(feedback: str | None, *found: tuple[str, float]) -> Told:
    of = key("hw.power", 0)
    anomalies = tuple(
        StoredAnomaly(n, 1, 7, Anomaly(of, name, 100, 200, 150, 1.0, score, 1.0, ""))
        for n, (name, score) in enumerate(found)
    )
    return Told(7, feedback, anomalies)


KNOWN = [
    told("useful", ("autoregression", 9.0), ("peers", 2.0)),
    told("expected", ("autoregression", 8.0)),
    told("not useful", ("autoregression", 1.1)),
    told("not useful", ("autoregression", 2.0)),
    told("not useful", ("staleness", 5.0)),
    told(None, ("counts", 2.0)),
]


def test_precision_counts_what_was_real_and_recall_what_is_known_of() -> None:
    found = {one.detector: one for one in by_detector(KNOWN, missed=1)}
    regression = found["autoregression"]
    assert (regression.precision.hits, regression.precision.trials) == (2, 4)
    assert (regression.recall.hits, regression.recall.trials) == (2, 3)
    assert found["staleness"].precision.value == 0
    assert found["counts"].precision.trials == 0
    assert str(found["counts"].precision) == "unknown"
    assert regression.precision.low < 0.5 < regression.precision.high


def test_a_stricter_setting_is_proposed_where_it_spares_noise_and_loses_nothing_real() -> None:
    dial, spared = proposed(KNOWN, 0.25) or (0.25, 0)
    assert dial < 0.25
    assert spared == 2  # a silence has no dial
    assert proposed([*KNOWN, told("useful", ("autoregression", 1.05))], 0.25) is None
    assert proposed(KNOWN[:2], 0.25) is None


@pytest.mark.parametrize(("since", "count"), [(150, 0), (201, 1), (900, 0)])
def test_a_label_that_no_incident_tells_of_was_missed(since: int, count: int) -> None:
    label = Label(Selector.parse("hw.power"), since, since + 5)
    assert untold(KNOWN, [label], Span(0, 500)) == count
