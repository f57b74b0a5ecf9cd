"""Addresses as a message may name them."""

import re

# A user and password, up to the last @, since a key of AWS may hold a slash; and a query, which may hold keys.
_SECRET = re.compile(r"(?<=://)[^\s'\"]*@|\?[^\s'\"]*")


def shown(text: str) -> str:
    """An address, or a sentence with one in it, without users, passwords, keys and queries."""
    return _SECRET.sub("", text)
