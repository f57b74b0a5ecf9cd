"""What a run searches: aligned windows that are complete, in passes of as many as are worth one look."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reinfra.batch.acquire import Window
from reinfra.batch.request import Request
from reinfra.config import DetectSettings
from reinfra.errors import InputError
from reinfra.model import DAY, HOUR, SECOND, iso
from reinfra.store import Stored

CATCH_UP = 6 * HOUR
"""Windows of so many ms are searched in one pass where a search goes on; the same is found either way."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`[since, until)`, cut where windows of `width` ms end; `passes` are done one after the other.

    A pass learns from `history` ms before it, as far as there is something since `earliest`.
    """

    since: int
    until: int
    width: int
    earliest: int
    history: int
    passes: tuple[tuple[int, int], ...]
    reaches_present: bool

    def window(self, since: int, until: int) -> Window:
        """What one pass looks at."""
        return Window(max(self.earliest, since - self.history), since, until)

    def windows(self, since: int, until: int) -> int:
        """How many windows a stretch touches."""
        return -(-until // self.width) - since // self.width if since < until else 0


def planned(
    settings: DetectSettings, request: Request, series: Sequence[Stored], done: int | None, now: int
) -> Plan:
    """What there is to search; no pass where nothing is complete that was not searched.

    Nothing is searched beyond the present: what has not come yet is not missing. Raises InputError for a
    window of the request's own that is empty.
    """
    width, lag = round(settings.window * SECOND), round(settings.lag * SECOND)
    complete = (now - lag) // width * width
    until = complete if request.until is None else min(request.until, now + 1)
    earliest = min((one.first_at for one in series), default=until - width)
    since = next(each for each in (request.since, done, earliest) if each is not None)
    if request.since is not None and since >= until:
        why = f"it begins at {iso(since)} and ends at {iso(until)}"
        raise InputError("the window is empty", why=why, todo="Check --since and --until.")
    until = max(since, until)
    cut = until
    if request.max_windows is not None:
        cut = min(until, (since // width + request.max_windows) * width)
    history = round(settings.history * DAY)
    goes_on = request.goes_on and done is not None
    passes = _passes(since, cut, max(width, (CATCH_UP if goes_on else history) // width * width))
    return Plan(since, cut, width, earliest, history, passes, cut == until)


def _passes(since: int, until: int, span: int) -> tuple[tuple[int, int], ...]:
    """Stretches of at most `span`, cut at its multiples."""
    edges = [since, *range(since // span * span + span, until, span), until]
    return tuple((begin, end) for begin, end in pairwise(edges) if begin < end)
