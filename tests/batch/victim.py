"""python -m tests.batch.victim URL: runs the detectors over one stretch after the other until it is killed."""

import sys

from reinfra.model import HOUR
from reinfra.store import open_store
from tests.batch.test_states import BEGIN, SPAN, run


def main(url: str) -> None:
    store = open_store(url, clock=lambda: BEGIN + SPAN)
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    for until in range(BEGIN + 6 * HOUR, BEGIN + SPAN, HOUR):
        run(store, until)


main(sys.argv[1])
