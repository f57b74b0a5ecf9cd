"""One pass of a run over one window: what looks at a grid, then what looks at samples as they came."""

from collections.abc import Callable, Mapping

from detectors.choice_rules import CLASSES, STALENESS
from reinfra.batch.acquire import live
from reinfra.batch.attempt import attempted
from reinfra.batch.chosen import Chosen
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.items import items
from reinfra.batch.known_errors import known_errors
from reinfra.batch.silence import silences
from reinfra.batch.steps import measured
from reinfra.batch.workers import Crew, Work, run_all
from reinfra.model import SECOND
from reinfra.progress import Progress
from reinfra.store import Stored


def evaluated(
    one: Work, names: tuple[str, ...], series: list[Stored], crew: Crew, progress: Progress
) -> Evaluation:
    """What the window of the task comes to; findings are by the ids that series have in the store.

    The detectors named look at everything; where none is, each series gets those that suit it.
    """
    task = one.task
    chosen = Chosen.of(series, task.settings, names)
    default = round(task.settings.step * SECOND)
    steps = measured(one.samples, live(series, task.window), task.window.until, default)
    found = run_all(one, items(chosen, series, task.window, steps), crew, progress)
    for name, look in ON_SAMPLES.items():
        if mine := chosen.every.get(name):
            found.merge(attempted(name, mine, _looking(look, one, mine)))
    return found


def _silences(one: Work, series: list[Stored], into: Evaluation) -> None:
    task = one.task
    now = task.window.until - 1
    silences(one.samples, series, task.window, now, into, goes_on=task.goes_on)


def _known_errors(one: Work, series: list[Stored], into: Evaluation) -> None:
    known_errors(one.samples, one.store, one.task, series, into)


Look = Callable[[Work, list[Stored], Evaluation], None]
ON_SAMPLES: Mapping[str, Look] = {CLASSES: _known_errors, STALENESS: _silences}


def _looking(look: Look, one: Work, series: list[Stored]) -> Callable[[], Evaluation]:
    def looked() -> Evaluation:
        found = Evaluation()
        look(one, series, found)
        found.found = {one.task.ids.get(id_, id_): many for id_, many in found.found.items()}
        return found

    return looked
