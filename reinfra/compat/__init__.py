"""Whether installed versions go together, by tables of what their makers say. Unknown is said to be unknown."""

from reinfra.compat.check import check
from reinfra.compat.finding import Compatibility, Fit

__all__ = ["Compatibility", "Fit", "check"]
