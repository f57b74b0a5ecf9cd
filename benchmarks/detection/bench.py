"""How much of what is wrong is found, how often it is a false alarm, and how fast."""

from collections.abc import Iterator

from benchmarks.detection import fleet, fleet_mechanisms, nab, novelty, promise, speed, vus


def run() -> Iterator[str]:
    yield from nab.run()
    yield from fleet.run()
    yield from fleet_mechanisms.run()
    yield from promise.run()
    yield from novelty.run()
    yield from vus.run()
    yield from speed.run()


def quick() -> Iterator[str]:
    """What changes most often, on what takes least."""
    yield from vus.run(quick=True)
    yield from novelty.run()
    yield from promise.run(quick=True)
