"""Addresses listened on, with or without TLS."""

import ssl
from pathlib import Path
from socket import AF_INET, AF_INET6, SO_REUSEADDR, SOL_SOCKET, socket

import grpc
import grpc.aio
import uvicorn

from collectors.base import CollectorError
from collectors.otlp.http import HttpApp
from reinfra.config.sources import OtlpSource

_BACKLOG = 1_024


def http_server(app: HttpApp, settings: OtlpSource) -> uvicorn.Server:
    """Raises CollectorError for a certificate that cannot be used."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=int(settings.timeout) + 1,
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise _unusable(settings, error) from error
    return uvicorn.Server(config)


def listening(address: str) -> socket:
    """A socket that already takes connections. Raises CollectorError."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    found = socket(AF_INET6 if ":" in host else AF_INET)
    try:
        found.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        found.bind((host, int(port)))
        found.listen(_BACKLOG)
    except OSError as error:
        found.close()
        raise _taken(address, str(error)) from error
    return found


def add_grpc_port(server: grpc.aio.Server, settings: OtlpSource) -> int:
    """The port. Raises CollectorError."""
    try:
        if not settings.tls_cert:
            return server.add_insecure_port(settings.grpc)
        pair = Path(settings.tls_key).read_bytes(), Path(settings.tls_cert).read_bytes()
        return server.add_secure_port(settings.grpc, grpc.ssl_server_credentials([pair]))
    except OSError as error:
        raise _unusable(settings, error) from error
    except RuntimeError as error:
        raise _taken(settings.grpc, str(error)) from error


def _taken(address: str, why: str) -> CollectorError:
    todo = "Stop what listens there, or set another address."
    return CollectorError("cannot be listened on", where=address, why=why, todo=todo)


def _unusable(settings: OtlpSource, error: Exception) -> CollectorError:
    return CollectorError("cannot be used for TLS", where=settings.tls_cert, why=str(error))
