"""Lines out of a stream of bytes, none longer than allowed."""


class Lines:
    """Cuts what is fed into whole lines; a longer one than `limit` bytes is thrown away, and counted."""

    def __init__(self, limit: int) -> None:
        self.too_long = 0
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._dropping = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that `chunk` completes, without their ends; empty ones are left out."""
        *ends, rest = chunk.split(b"\n")
        whole = [line for line in map(self._end, ends) if line.strip()]
        self._keep(rest)
        return whole

    def _end(self, last: bytes) -> bytes:
        self._keep(last)
        line = b"" if self._dropping else b"".join(self._parts)
        self._parts, self._size, self._dropping = [], 0, False
        return line

    def _keep(self, part: bytes) -> None:
        if self._dropping or not part:
            return
        self._size += len(part)
        if self._size > self._limit:
            self._parts, self._dropping = [], True
            self.too_long += 1
        else:
            self._parts.append(part)
