"""The machine itself: processors, memory, disks, network, kernel."""

from collectors.host.collector import Host, instrument

__all__ = ["Host", "instrument"]
