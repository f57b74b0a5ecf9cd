"""A notice cut to what every channel takes: a message of endless parts is shortened, never dropped.

What remains is below 64 KB in every format, where Amazon SNS takes 256; the incident's page and
`reinfra alerts why` have all of it.
"""

from collections.abc import Callable
from dataclasses import replace

from reinfra.alerts.message.hygiene import cut, whole
from reinfra.store.evidence import Change, Evidence, Seen
from reinfra.store.notice import Notice

_WORD, _URL, _SCOPE, _TITLE, _SERIES, _REASON = 100, 1_000, 300, 500, 500, 1_000
_REASONS, _FIRST, _HOSTS = 30, 3, 50


_Cut = Callable[[str, int], str]


def clipped(notice: Notice) -> Notice:
    """The same notice where nothing is too long."""
    short = _each(notice, cut)
    known = replace(
        short.evidence, first=short.evidence.first[:_FIRST], hosts=short.evidence.hosts[:_HOSTS]
    )
    return replace(short, reasons=short.reasons[:_REASONS], evidence=known)


def words(notice: Notice) -> tuple[str, str, str]:
    """Kind, fleet and team as `clipped` has them."""
    return cut(notice.kind, _WORD), cut(notice.fleet, _WORD), cut(notice.team, _WORD)


def is_short(notice: Notice, short: Notice) -> bool:
    """Whether nothing had to be cut to make it `short`."""
    return short == notice or short == _each(notice, whole)


def _each(notice: Notice, cut: _Cut) -> Notice:
    incident = replace(
        notice.incident,
        title=cut(notice.incident.title, _TITLE),
        scope=cut(notice.incident.scope, _SCOPE),
    )
    return replace(
        notice,
        incident=incident,
        reasons=tuple(cut(reason, _REASON) for reason in notice.reasons[: _REASONS + 1]),
        kind=cut(notice.kind, _WORD),
        fleet=cut(notice.fleet, _WORD),
        team=cut(notice.team, _WORD),
        runbook=cut(notice.runbook, _URL),
        evidence=_evidence(notice.evidence, cut),
    )


def _evidence(given: Evidence, cut: _Cut) -> Evidence:
    return replace(
        given,
        worst=_seen(given.worst, cut) if given.worst else None,
        first=tuple(_seen(one, cut) for one in given.first[: _FIRST + 1]),
        change=_change(given.change, cut) if given.change else None,
        hosts=tuple(
            (cut(name, _WORD), cut(type_, _WORD)) for name, type_ in given.hosts[: _HOSTS + 1]
        ),
    )


def _seen(given: Seen, cut: _Cut) -> Seen:
    return replace(
        given,
        series=cut(given.series, _SERIES),
        metric=cut(given.metric, _SCOPE),
        unit=cut(given.unit, _WORD),
        reason=cut(given.reason, _REASON),
    )


def _change(given: Change, cut: _Cut) -> Change:
    return replace(
        given,
        subject=cut(given.subject, _SCOPE),
        name=cut(given.name, _SCOPE),
        before=cut(given.before, _SCOPE),
        after=cut(given.after, _SCOPE),
    )
