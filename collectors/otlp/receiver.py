"""OTLP as a source that others push to."""

from dataclasses import dataclass, field
from typing import Self

from collectors.base import Deliver
from collectors.otlp.intake import Intake
from collectors.otlp.server import Ports, Server
from collectors.otlp.token import Token
from reinfra.config.sources import OtlpSource
from reinfra.model import Clock, Origin


@dataclass(frozen=True, slots=True)
class Otlp:
    """Metrics, gen_ai spans and events from any OpenTelemetry SDK or collector, over HTTP and gRPC.

    A client is answered with success only when `deliver` has returned, that is, when the data is safe; where
    it raises, the client is told to come again.
    """

    settings: OtlpSource
    token: Token
    origin: Origin = Origin.LIVE
    _running: list[Server] = field(default_factory=list, init=False, repr=False)

    @classmethod
    def of(cls, settings: OtlpSource, clock: Clock) -> Self:  # noqa: ARG003 - points bring their own times
        """Raises CollectorError where the token is not to be had."""
        return cls(settings, Token.of(settings))

    @property
    def name(self) -> str:
        return self.settings.name

    def start(self, deliver: Deliver) -> None:
        """Raises CollectorError where an address or a certificate cannot be used."""
        self.listen(deliver)

    def listen(self, deliver: Deliver) -> Ports:
        """As `start`; says which ports it listens on, which is news where the settings say 0."""
        server = Server(self.settings, Intake.of(self.settings, deliver), self.token)
        ports = server.start()
        self._running.append(server)
        return ports

    def stop(self) -> None:
        while self._running:
            self._running.pop().stop()
