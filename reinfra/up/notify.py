"""What systemd wants to hear of a service of Type=notify, see sd_notify(3)."""

import os
import socket
from contextlib import suppress


def notify(*lines: str) -> bool:
    """Send lines such as READY=1; False where no service manager listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    where = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, suppress(OSError):
        sender.sendto("\n".join(lines).encode(), where)
        return True
    return False
