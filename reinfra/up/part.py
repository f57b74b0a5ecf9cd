"""One part: a process that is started again, later each time, whenever it ends."""

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reinfra.config.up import UpSettings
from reinfra.up.child import PARENT

_LONGEST = 60.0  # s between two starts


@dataclass(slots=True, eq=False)
class Part:
    """`tell` hears of each start and end, a line each."""

    name: str
    command: Sequence[str]
    settings: UpSettings
    tell: Callable[[str], None]
    monotonic: Callable[[], float] = time.monotonic
    process: "subprocess.Popen[bytes] | None" = None
    ended: int | None = None
    failures: int = 0
    restarts: int = 0
    _began: float = field(default=0.0)
    _due: float = field(default=0.0)

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def state(self) -> str:
        """For a person: whether it runs, and how often it had to be started again."""
        again = f", started again {self.restarts} times" if self.restarts else ""
        if self.runs:
            return f"{self.name} runs{again}"
        return f"{self.name} is down, ended with {self.ended}{again}"

    def start(self) -> None:
        self._began = self.monotonic()
        # A session of its own: Ctrl-C reaches the supervisor alone, which ends the parts in order.
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            self.command,
            env={**os.environ, PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.tell(f"{self.name}: runs as process {self.process.pid}")

    def look(self) -> None:
        """Notice that it ended, and start it again when it is time."""
        if self.runs:
            return
        if self.process is not None:
            self._over(self.process.wait())
        elif self.monotonic() >= self._due:
            self.restarts += 1
            self.start()

    def terminate(self) -> None:
        if self.process is not None and self.runs:
            self.process.terminate()

    def wait(self, until: float) -> bool:
        """Whether it ended by itself until then; it is killed where it did not."""
        if self.process is None:
            return True
        try:
            self.ended = self.process.wait(max(0.0, until - self.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.ended = self.process.wait()
            self.tell(f"{self.name}: killed, it did not end in time")
            return False
        self.tell(f"{self.name}: ended with {self.ended}")
        return True

    def _over(self, code: int) -> None:
        lasted = self.monotonic() - self._began
        self.process, self.ended = None, code
        self.failures = 1 if lasted >= self.settings.steady else self.failures + 1
        pause = min(self.settings.backoff * 2 ** min(self.failures - 1, 16), _LONGEST)
        self._due = self.monotonic() + pause
        self.tell(f"{self.name}: ended with {code} after {lasted:.0f} s; again in {pause:.3g} s")
