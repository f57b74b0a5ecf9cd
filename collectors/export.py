"""What is collected on this machine, sent on to any OTLP endpoint by OpenTelemetry's own exporters."""

import threading
from collections import deque
from collections.abc import Callable, Mapping

import structlog
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult

from collectors.otel_points import Points
from reinfra.config.export import ExportSettings
from reinfra.model import Batch

_MOST_SAMPLES = 500_000
_PATH = "/v1/metrics"

Attributes = Callable[[], Mapping[str, str]]
"""The resource's attributes as they are known by now, such as `Whereabouts.attributes`."""

log = structlog.get_logger()


class Exporting:
    """Sends on what `take` was given, every `interval` seconds, on a thread of its own.

    Nothing here ever holds a collector up: what does not fit is dropped, the oldest first, and what
    an endpoint did not take is not sent again; `lost` counts both. The store has it all the same.
    """

    def __init__(
        self,
        exporter: MetricExporter,
        attributes: Attributes,
        interval: float,
        most_samples: int = _MOST_SAMPLES,
    ) -> None:
        self._exporter, self._attributes, self._interval = exporter, attributes, interval
        self._most, self._waiting, self._size = most_samples, deque[Batch](), 0
        self._points = Points()
        self._lock, self._sending, self._stop = (
            threading.Lock(),
            threading.Lock(),
            threading.Event(),
        )
        self._thread = threading.Thread(target=self._run, name="export", daemon=True)
        self.lost = 0

    def start(self) -> None:
        self._thread.start()

    def take(self, batch: Batch) -> None:
        """From any thread, at once."""
        with self._lock:
            self._waiting.append(batch)
            self._size += len(batch)
            while self._size > self._most:
                dropped = len(self._waiting.popleft())
                self._size -= dropped
                self.lost += dropped

    def flush(self) -> bool:
        """Send what waits; whether the endpoint took it all."""
        with self._sending:
            with self._lock:
                batches, size = list(self._waiting), self._size
                self._waiting.clear()
                self._size = 0
            if not size:
                return True
            data = self._points.of(batches, self._attributes())
            if self._exporter.export(data) is MetricExportResult.SUCCESS:
                return True
            self.lost += size
            log.warning("export", lost=size, lost_in_all=self.lost)
            return False

    def close(self) -> None:
        """Sends the rest and ends."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self.flush()
        self._exporter.shutdown()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            self.flush()


def exporting(settings: ExportSettings, attributes: Attributes) -> Exporting:
    """To the endpoint of the settings, by HTTP or gRPC; headers and certificates are those of OTEL_*."""
    exporter = _grpc(settings) if settings.protocol == "grpc" else _http(settings)
    return Exporting(exporter, attributes, settings.interval)


def _http(settings: ExportSettings) -> MetricExporter:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

    endpoint = settings.endpoint.rstrip("/")
    endpoint = endpoint if endpoint.endswith(_PATH) else endpoint + _PATH
    return OTLPMetricExporter(endpoint, timeout=settings.timeout, compression=Compression.Gzip)


def _grpc(settings: ExportSettings) -> MetricExporter:
    from grpc import Compression
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter

    return OTLPMetricExporter(
        settings.endpoint,
        insecure=settings.endpoint.startswith("http://"),
        timeout=settings.timeout,
        compression=Compression.Gzip,
    )
