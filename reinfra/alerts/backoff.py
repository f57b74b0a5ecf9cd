"""When a message that failed is tried again, and when it is given up."""

from dataclasses import dataclass

import numpy as np

from reinfra.model import MINUTE, SECOND
from reinfra.store.receivers import LONGEST_REST


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubling waits with jitter: half of each wait is fixed and half is drawn.

    With these figures a message is tried for about two and a half hours, so an endpoint that is down
    for one hour loses nothing. The jitter keeps relays that failed together from returning together
    ("equal jitter": M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
    """

    first: int = 5 * SECOND
    longest: int = 15 * MINUTE
    attempts: int = 20

    def rest_until(self, now: int, failures: int, wait: int, rng: np.random.Generator) -> int:
        """How long a receiver that failed as a whole, `failures` times in a row, is left alone.

        At most a minute, so that what waits goes out soon after the trouble is over, unless it asked for more.
        """
        rest = min(MINUTE, self.first * (1 << min(failures - 1, 30)))
        rest = round(rest * (0.5 + 0.5 * float(rng.random())))
        return now + min(max(rest, wait), LONGEST_REST)

    def retry_at(self, now: int, attempts: int, rng: np.random.Generator) -> int | None:
        """When to try again after `attempts` failed tries; None: never."""
        if attempts >= self.attempts:
            return None
        wait = min(self.longest, self.first * (1 << min(attempts - 1, 30)))
        return now + round(wait * (0.5 + 0.5 * float(rng.random())))
