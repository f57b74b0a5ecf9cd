"""Third stage: anomalies first, then what they make of the incidents, with its messages."""

from reinfra.alerts.regroup import regroup
from reinfra.batch.deciding import announce, rules
from reinfra.batch.evaluate import Evaluation
from reinfra.config import AlertSettings, Settings
from reinfra.store import Store, anomalies


def record(store: Store, evaluation: Evaluation, settings: Settings, until: int) -> int:
    """Write what was found, and group it. Returns how many incidents changed.

    Anomalies are stored before they are grouped: after a crash in between, the next run groups them.
    """
    with store.writing() as connection:
        anomalies.save(connection, evaluation.found, store.clock())
    return grouped(store, settings, until)


def grouped(store: Store, settings: Settings, until: int) -> int:
    """Bring incidents up to date with the stored anomalies. Returns how many changed.

    `until` is the instant up to which data has been searched; incidents quiet since long before resolve.
    """
    now = store.clock()
    changed = regroup(
        store, until=until, now=now, announce=announce(settings, now), rules=rules(settings)
    )
    return len(changed)


def channel_names(settings: AlertSettings) -> tuple[str, ...]:
    """The channels that messages go to; a topic that is set is one of them."""
    named = (*settings.channels, *(["sns"] if settings.sns_topic_arn else []))
    return tuple(dict.fromkeys(named))
