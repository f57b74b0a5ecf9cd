"""python -m benchmarks.batch.victim URL: searches hour by hour until it is killed."""

import sys

from benchmarks.batch.fleet import BEGIN, END, search
from reinfra.model import HOUR
from reinfra.store import open_store


def main(url: str) -> None:
    store = open_store(url, clock=lambda: END)
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    for until in range(BEGIN + 6 * HOUR, END, HOUR):
        search(store, until)


if __name__ == "__main__":
    main(sys.argv[1])
