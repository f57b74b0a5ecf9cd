"""How a model is held to the reply's form: the strictest way that its server takes, found out while asking."""

from collections.abc import Sequence

from judge.backends.base import BackendError


class Modes:
    """The ways still left, the strictest first. One that a server refused is not tried again.

    Whatever the way, the reply is read by the same rules: it decides how many replies are grades, never which.
    """

    def __init__(self, ways: Sequence[str]) -> None:
        self._ways = tuple(ways)

    @property
    def now(self) -> str:
        return self._ways[0]

    def give_up(self, way: str, error: BackendError) -> None:
        """Leave `way` to the next one; raises the error where there is none. Another thread may have done it."""
        if way not in self._ways:
            return
        left = tuple(each for each in self._ways if each != way)
        if not left:
            raise error
        self._ways = left
