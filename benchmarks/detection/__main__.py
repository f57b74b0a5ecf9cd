"""`python -m benchmarks.detection [--quick]`: all of it, with RESULTS.md, or in three minutes a part of it."""

import argparse
import sys

from benchmarks.__main__ import run
from benchmarks.detection import bench


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="labelled ranges of short series, NAB's score and the promise; RESULTS.md stays as it is",
    )
    if not parser.parse_args().quick:
        run("detection")
        return 0
    for block in bench.quick():
        print(f"\n{block}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
