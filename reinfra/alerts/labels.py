"""The labels of an incident: what routes, silences and inhibitions match."""

from collections.abc import Iterable, Mapping, Sequence

from reinfra.model import ORIGIN_LABEL, Anomaly, Incident, SeriesKey
from reinfra.store.notice import Routing, worst

Labels = tuple[tuple[str, str], ...]
MOST = 60
_LONGEST = 300


def labels_of(found: Sequence[Anomaly], scope: str) -> Labels:
    """What all series of an incident share, and words for the whole of it, which win.

    `alertname` is the signal of the worst anomaly, as rules name their alerts; `kind`, `fleet` and `team` are
    what messages filter by; `scope` is host, job, service, resource or series, and `place` its name.
    """
    worst_ = worst(found)
    routing = Routing.of(found)
    word, _, place = scope.partition(" ")
    own = {
        "alertname": worst_.key.metric,
        "detector": worst_.detector,
        "fleet": routing.fleet,
        "kind": routing.kind,
        "origin": str(worst_.key.origin),
        "place": place,
        "scope": word,
        "team": routing.team,
    }
    shared = list(_shared(one.key for one in found).items())[:MOST]
    cut = {name: value[:_LONGEST] for name, value in (*shared, *own.items())}
    return tuple(sorted(cut.items()))


def matched(incident: Incident, labels: Labels) -> dict[str, str]:
    """The labels as matchers see them: with the severity as it is now."""
    return {**dict(labels), "severity": str(incident.severity), "incident": incident.name}


def _shared(keys: Iterable[SeriesKey]) -> Mapping[str, str]:
    every = iter(dict.fromkeys(keys))
    same = dict(next(every).labels)
    for key in every:
        mine = dict(key.labels)
        same = {name: value for name, value in same.items() if mine.get(name) == value}
    same.pop(ORIGIN_LABEL, None)  # `origin` says it
    return same
