"""A sign of life to a monitor outside, which raises the alarm where this machine no longer can."""

import structlog

from reinfra.config.deadman import DeadmanSettings
from reinfra.errors import ExitCode

TIMEOUT = 5.0
SEARCHED = (ExitCode.OK, ExitCode.PARTIAL)

log = structlog.get_logger()


def ping(settings: DeadmanSettings, code: ExitCode) -> bool:
    """GET the address of the settings after a run that searched. What goes wrong is told, without the address.

    Returns whether the monitor took it.
    """
    if not settings.ping_url or code not in SEARCHED:
        return False
    import httpx

    try:
        answer = httpx.get(settings.ping_url, timeout=TIMEOUT, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        log.warning("ping", failed=type(error).__name__)
        return False
    if not answer.is_success:
        log.warning("ping", failed=f"status {answer.status_code}")
    return answer.is_success
