"""Which network addresses a message may be sent to."""

import ipaddress
from urllib.parse import urlsplit

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_METADATA = frozenset(
    map(ipaddress.ip_address, ("169.254.169.254", "fd00:ec2::254", "100.100.100.200"))
)


def webhook_problem(url: str) -> str:
    """Why a message cannot be posted there; empty if it can. A name's addresses are looked at when it is sent."""
    try:
        place = urlsplit(url)
        port = place.port
    except ValueError:
        return "not an address, as in https://example.com/hook"
    if place.scheme not in {"http", "https"} or not place.hostname or port == 0:
        return "not an address, as in https://example.com/hook"
    if place.username or place.password:
        return "a password belongs into authorization_env, not into the address"
    if not (url.isascii() and url.isprintable()) or " " in url:
        return "the address has characters that no address has"
    return ""


def ip_of(host: str) -> IpAddress | None:
    """The address that `host` is, None where it is a name. An IPv4 address inside of IPv6 is itself."""
    try:
        found = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def is_private(host: str) -> bool:
    """Whether `host` is written as an address of this machine or of a private network, or as localhost."""
    found = ip_of(host)
    return found.is_private if found else host == "localhost"


def refusal(found: IpAddress, *, allow_private: bool, encrypted: bool) -> str:
    """Why nothing may be sent to this address; empty if it may."""
    if found in _METADATA or found.is_link_local:
        return "a link-local or metadata address is never sent to"
    if found.is_multicast or found.is_unspecified:
        return "it is no address of one machine"
    inside = found.is_private or found.is_loopback
    if inside and not allow_private:
        return "a private address, and allow_private is false"
    if not inside and not encrypted:
        return "plain http is for private addresses only"
    return ""
