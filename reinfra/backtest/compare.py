"""The present settings and others, replayed side by side."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reinfra.alerts.budget import replay as pages
from reinfra.backtest.against import Against
from reinfra.backtest.figures import Rate
from reinfra.backtest.labels import Label
from reinfra.backtest.proposal import Proposal, digest
from reinfra.backtest.replay import Place, Replay, Span, replay
from reinfra.batch.deciding import rules
from reinfra.config import Settings
from reinfra.model import DAY
from reinfra.progress import Progress, silent

PRESENT, PROPOSED = "present", "proposed"


@dataclass(frozen=True, slots=True)
class Side:
    """What one choice of settings comes to. `alerts` is per series and week, `incidents` per week.

    `detectors` counts alerts by detector. `settings` is a digest, `changes` what differs from the present.
    """

    name: str
    settings: str
    changes: tuple[tuple[str, str], ...]
    series: int
    judged: int
    alerts: Rate
    incidents: Rate
    detectors: tuple[tuple[str, int], ...]
    labels: Against | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of [since, until). The second side is the proposed one, where there is one.

    `gone` and `fresh` are alerts that only the present and only the proposed settings bring.
    """

    since: int
    until: int
    sides: tuple[Side, ...]
    gone: int = 0
    fresh: int = 0


def compare(
    place: Place,
    present: Settings,
    proposal: Proposal,
    span: Span,
    labels: Sequence[Label] = (),
    progress: Progress = silent,
) -> tuple[Comparison, tuple[Replay, ...]]:
    """Replay the present settings, and the proposed ones where they differ."""
    chosen = [(PRESENT, Proposal((), present))]
    if digest(proposal.settings) != digest(present):
        chosen.append((PROPOSED, proposal))
    replays = tuple(replay(place, one.settings, span, progress) for _, one in chosen)
    sides = tuple(
        _side(name, one, found, labels) for (name, one), found in zip(chosen, replays, strict=True)
    )
    gone, fresh = (_only(replays[0], replays[-1]), _only(replays[-1], replays[0]))
    return Comparison(span.since, span.until, sides, gone, fresh), replays


def incidents(found: Replay, settings: Settings) -> Rate:
    """Incidents that open in a week, once alerts are grouped as a run groups them."""
    span = found.span.since, found.span.until
    (line,) = pages(found.found, span, [(0.0, lambda _: True)], rules(settings))
    return Rate.of(line.opened, (span[1] - span[0]) / (7 * DAY))


def _side(name: str, chosen: Proposal, found: Replay, labels: Sequence[Label]) -> Side:
    by = Counter(one.found.detector for one in found.found)
    return Side(
        name,
        digest(chosen.settings),
        chosen.changes,
        len(found.series),
        len(found.judged),
        Rate.of(len(found.found), found.weeks),
        incidents(found, chosen.settings),
        tuple(sorted(by.items())),
        Against.of(found, labels) if labels else None,
    )


def _only(one: Replay, other: Replay) -> int:
    """Alerts of `one` that overlap none of the same series and detector in `other`."""
    there: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for each in other.found:
        spans = there.setdefault((each.series_id, each.found.detector), [])
        spans.append((each.found.since, each.found.until))
    return sum(
        not any(
            since <= each.found.until and each.found.since <= until
            for since, until in there.get((each.series_id, each.found.detector), ())
        )
        for each in one.found
    )
