"""What a person changes from a page: the only writes the dashboard makes, and reinfra makes them."""

from reinfra.batch.deciding import announce
from reinfra.config import load_settings
from reinfra.model import Transition
from reinfra.store import Store, incidents

BY = "dashboard"
"""Who acted, until people sign in."""


def move(store: Store, incident_id: int, to: Transition) -> str:
    """Acknowledge or resolve, with the messages that belong to it. Returns one line for the person."""
    now = store.clock()
    with store.writing() as connection:
        moved = incidents.move(
            connection, incident_id, to, by=BY, now=now, announce=announce(load_settings(), now)
        )
    return moved.said


def give_feedback(store: Store, incident_id: int, said: str | None) -> None:
    """Keep "useful" or "not useful"; None takes it back."""
    useful = None if said is None else said == incidents.USEFUL
    with store.writing() as connection:
        incidents.give_feedback(connection, incident_id, useful=useful)
