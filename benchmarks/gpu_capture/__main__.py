"""Record a labelled capture of a real GPU: `python -m benchmarks.gpu_capture --out capture.parquet`.

Needs an NVIDIA GPU, its driver and PyTorch. Without them it says so, records nothing and exits with 1.
"""

import argparse
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from benchmarks.gpu_capture.phases import FAULTS, schedule
from benchmarks.gpu_capture.record import WARM_UP, Recording, record
from benchmarks.gpu_capture.rows import write
from benchmarks.gpu_capture.workload import SEED
from collectors.nvidia.collector import Nvidia
from reinfra.errors import ReinfraError

ROOT = Path(__file__).parents[2]


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m benchmarks.gpu_capture", description=__doc__)
    names = [phase.fault for phase in FAULTS]
    found.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    found.add_argument("--seconds", type=float, default=120.0, help="length of each phase")
    found.add_argument("--hertz", type=float, default=1.0, help="collections a second")
    found.add_argument("--rounds", type=int, default=1, help="how often each fault is planted")
    found.add_argument("--only", nargs="*", choices=names, default=[], help="plant these only")
    return found


def main(arguments: list[str] | None = None) -> int:
    chosen = parser().parse_args(arguments)
    if missing := lacking():
        print(f"Nothing was recorded: {missing}", file=sys.stderr)
        return 1
    phases = schedule(chosen.only, chosen.rounds)
    minutes = len(phases) * (chosen.seconds + WARM_UP) / 60
    print(f"{len(phases)} phases, about {minutes:.0f} min", flush=True)
    source = Nvidia()
    try:
        recording = record(source, phases, chosen.seconds, chosen.hertz)
    except (ReinfraError, RuntimeError) as error:
        print(f"Nothing was recorded: {error}", file=sys.stderr)
        return 1
    finally:
        source.close()
    write(chosen.out, recording.rows, recording.windows, about(recording))
    print(f"{chosen.out}: {len(recording.rows)} samples, {len(recording.windows)} windows")
    return 0


def lacking() -> str:
    """What this machine lacks; "" where it can record."""
    if not Nvidia.present():
        return "there is no GPU here (NVML cannot be opened, or lists none)"
    if find_spec("torch") is None:
        return "PyTorch is not installed"
    return ""


def about(recording: Recording) -> dict[str, str]:
    """Where and how it was recorded: a capture without this cannot be checked."""
    facts = {
        f"{dict(each.subject).get('hw.id', 'host')} {each.name}": each.value
        for each in recording.facts
    }
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        **facts,
        "recorded": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "seed": str(SEED),
        "python": platform.python_version(),
        "origin": "live",
    }


if __name__ == "__main__":
    sys.exit(main())
