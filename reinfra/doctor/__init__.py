"""A look at the installation that changes nothing."""

from reinfra.doctor.examine import examine
from reinfra.doctor.finding import Finding, Level

__all__ = ["Finding", "Level", "examine"]
