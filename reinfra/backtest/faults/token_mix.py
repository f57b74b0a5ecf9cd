"""Other requests than before: the same number of them, with longer answers."""

from reinfra.backtest.faults.fault import Fault, Move, Place
from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.model import HOUR, Kind

_TIMES = 2.0


def _longer(one: Stretch) -> Samples:
    """Three times as many tokens: two more for each."""
    return one.shifted(one.size * _TIMES * one.value)


def _slower(one: Stretch) -> Samples:
    """A request takes longer, though not each of its tokens; half of it grows with their number."""
    return one.shifted(one.size * _TIMES / 2 * one.value)


TOKEN_MIX = Fault(
    "token-mix",
    "output tokens are three times as many for the same requests, which take twice as long",
    Place.SERVICE,
    (
        Move(
            _longer,
            ("gen_ai.server.token.rate", "gen_ai.*.token.part", "aws.bedrock.tokens"),
            kinds=(Kind.GAUGE, Kind.PERIOD_COUNT),
            label=("gen_ai.token.type", "output"),
        ),
        Move(_slower, ("gen_ai.server.request.duration",), needed=False),
    ),
    (HOUR, 6 * HOUR),
)
