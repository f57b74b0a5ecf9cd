"""python -m tests.store.sealer URL NOW COUNT [SECONDS]: so many sealers at once, each printing its frames.

After so many seconds the first is killed. Fails if another did not end well.
"""

import multiprocessing
import sys
import time
from multiprocessing.synchronize import Barrier

from reinfra.store import open_store
from reinfra.store.seal import seal


def work(url: str, now: int, ready: Barrier) -> None:
    store = open_store(url, clock=lambda: now)
    ready.wait()
    sys.stdout.write(f"{seal(store, everything=True).frames}\n")
    sys.stdout.flush()


def main(url: str, now: str, count: str, kill_after: str = "") -> int:
    context = multiprocessing.get_context("fork")  # what was imported is there already
    ready = context.Barrier(int(count) + 1)
    running = [context.Process(target=work, args=(url, int(now), ready)) for _ in range(int(count))]
    for one in running:
        one.start()
    ready.wait()
    if kill_after:
        time.sleep(float(kill_after))
        running[0].kill()
    for one in running:
        one.join()
    return int(any(one.exitcode for one in (running[1:] if kill_after else running)))


sys.exit(main(*sys.argv[1:]))
