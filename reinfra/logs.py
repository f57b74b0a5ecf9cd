"""Logs: for a person when stderr is a terminal, JSON lines for machines otherwise."""

import logging
import sys

import structlog


def configure(*, verbose: bool = False) -> None:
    """Send structlog's lines to stderr; results alone go to stdout."""
    render = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.DEBUG if verbose else logging.INFO
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
