"""What the settings say of incidents and of who is told, as the rules that alerts work by."""

from reinfra.alerts.routing.desk import Desk
from reinfra.alerts.routing.policy import Policy
from reinfra.alerts.routing.tick import Ticked
from reinfra.alerts.routing.tick import tick as look
from reinfra.alerts.rules import CRITICAL, TOPOLOGY, Rules
from reinfra.config import Settings
from reinfra.model import SECOND
from reinfra.store import Store
from reinfra.store.incidents import Announce


def rules(settings: Settings) -> Rules:
    """No incident closes under an anomaly that goes on, nor forgets one sooner than it resolves it."""
    given = settings.incidents
    quiet = round(max(given.quiet, settings.detect.quiet) * SECOND)
    return Rules(
        quiet=quiet,
        reopen=max(round(given.reopen * SECOND), quiet),
        together=round(given.together * SECOND),
        wide=given.wide,
        hosts=given.hosts,
        flapping=given.flapping,
        timeout=round(given.timeout * SECOND),
        topology=TOPOLOGY if given.topology is None else given.topology,
        critical=CRITICAL if given.critical is None else given.critical,
        minor=given.minor,
    )


def announce(settings: Settings, now: int) -> Announce:
    """Who hears of a transition, by the routes of the settings; for one transaction."""
    return Desk(Policy.of(settings), now).announce


def tick(store: Store, settings: Settings, now: int) -> Ticked:
    """What waited, was mute or is to be told again, as far as it is due."""
    return look(store, Policy.of(settings), now, timeout=rules(settings).timeout)
