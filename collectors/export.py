"""What is collected on this machine, sent on to any OTLP endpoint by OpenTelemetry's own exporters."""

import threading
from collections.abc import Callable, Iterator, Mapping

import structlog
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult

from collectors.latest import Latest
from collectors.otel_points import Points, Sample
from reinfra.config.export import ExportSettings
from reinfra.model import Batch

_MOST_IN_A_REQUEST = 2_000
_PATH = "/v1/metrics"

Attributes = Callable[[], Mapping[str, str]]
"""The resource's attributes as they are known by now, such as `Whereabouts.attributes`."""

log = structlog.get_logger()


class Exporting:
    """Sends the latest of every series that `take` was given, each `interval` seconds, on its own thread.

    Nothing here ever holds a collector up. What an endpoint did not take is sent again with the
    next export, newer values in place of older ones; `failed` counts the requests.
    """

    def __init__(self, exporter: MetricExporter, attributes: Attributes, interval: float) -> None:
        self._exporter, self._attributes, self._interval = exporter, attributes, interval
        self._latest, self._points = Latest(), Points()
        self._sending, self._stop = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="export", daemon=True)
        self.failed = 0

    @property
    def refused(self) -> int:
        """Samples of more series than are kept."""
        return self._latest.refused

    def start(self) -> None:
        self._thread.start()

    def take(self, batch: Batch) -> None:
        """From any thread, at once."""
        self._latest.put(batch)

    def flush(self) -> bool:
        """Send what there is; whether the endpoint took it all."""
        with self._sending:
            refused = [part for part in _parts(self._latest.take()) if not self._send(part)]
        return not refused

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

    def _send(self, samples: list[Sample]) -> bool:
        data = self._points.of(samples, self._attributes())
        if self._exporter.export(data) is MetricExportResult.SUCCESS:
            return True
        self._latest.put_back(samples)
        self.failed += 1
        log.warning("export", failed=self.failed, samples=len(samples))
        return False


def exporting(settings: ExportSettings, attributes: Attributes) -> Exporting:
    """To the endpoint of the settings, by HTTP or gRPC; headers and certificates are those of OTEL_*."""
    exporter = _grpc(settings) if settings.protocol == "grpc" else _http(settings)
    return Exporting(exporter, attributes, settings.interval)


def _parts(samples: list[Sample]) -> Iterator[list[Sample]]:
    for first in range(0, len(samples), _MOST_IN_A_REQUEST):
        yield samples[first : first + _MOST_IN_A_REQUEST]


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
