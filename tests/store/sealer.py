"""python -m tests.store.sealer URL: seals everything when told to by a line, and prints how many frames."""

import sys

from reinfra.store import open_store
from reinfra.store.seal import seal
from tests.store.conftest import NOW

store = open_store(sys.argv[1], clock=lambda: NOW)
sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()
sys.stdout.write(f"{seal(store, everything=True).frames}\n")
