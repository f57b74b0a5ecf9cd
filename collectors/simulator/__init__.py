"""A fleet that does not exist: for load tests, benchmarks and `reinfra demo --simulate`.

Every number follows from a seed and a few formulas, every series says that it is simulated, and the
faults planted in it come with their labels. It shows that the machinery works, never how well a
detector does on real systems.
"""

from collectors.simulator.faults import Fault, FaultKind
from collectors.simulator.simulator import Simulator

__all__ = ["Fault", "FaultKind", "Simulator"]
