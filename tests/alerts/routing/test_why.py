"""The whole trail of an incident, from what is stored."""

from reinfra.alerts.why import lines, trail
from reinfra.config.matchers import parse_all
from reinfra.store import Store, silences
from reinfra.store.silences import Silence
from tests.alerts.routing.scene import MINUTE, Scene, policy

SETTINGS = '[[route]]\nreceiver = "ops"\ngroup_wait = 0\ngroup_interval = 0\n'


def test_what_was_mute_and_why_is_told_beside_what_was_sent(store: Store) -> None:
    scene = Scene(store, policy(SETTINGS))
    wanted = Silence(
        0, parse_all("host.name=h1"), scene.now, scene.now + 10 * MINUTE, "ann", "patching"
    )
    with store.writing() as connection:
        silences.add(connection, wanted, scene.now)
    one = scene.opens("h1")
    told = list(lines(trail(store, one.id)))
    assert (
        "  decided   2025-11-21T12:00:00Z ops of 1: mute, silence 1 by ann: patching, "
        "looked at again 2025-11-21T12:10:00Z [route 1 {}]" in told
    )
    assert told[-1] == "  told      nobody: see what was decided"
    scene.after(10 * MINUTE)
    told = list(lines(trail(store, one.id)))
    assert "  decided   2025-11-21T12:10:00Z ops of 1: tell, by route 1 {}" in told
    assert told[-1].startswith("  told      ops of INC-1:1 opened: waiting until")
    assert any(line.startswith("  labels    host.name=") for line in told)
