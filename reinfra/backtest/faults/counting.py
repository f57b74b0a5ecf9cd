"""More events in a counter, or in counts of periods."""

import numpy as np

from reinfra.backtest.faults.stretch import Samples, Stretch, Values
from reinfra.model import Kind


def added(one: Stretch, events: Values) -> Samples:
    """`events` more at each sample; a counter keeps them after the fault."""
    if one.key.kind is Kind.COUNTER:
        return one.at, one.value + np.cumsum(events)
    return one.at, one.value + events
