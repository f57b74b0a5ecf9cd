"""`reinfra judge run` as a person types it, and killed at the worst time."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.judge.stub import Stub, running
from tests.cli.conftest import Run

ITEMS = 90


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running(Stub(delay=0.02)) as served:
        yield served


@pytest.fixture
def inputs(tmp_path: Path, stub: Stub) -> Path:
    (tmp_path / "reinfra.toml").write_text(
        '[judge]\nrubric = "correctness-unaided"\nconcurrency = 4\n'
        f'[[judge.backend]]\nname = "b"\nkind = "openai"\nmodel = "m"\nurl = "{stub.url}/v1"\n'
    )
    path = tmp_path / "in.jsonl"
    lines = ({"item": f"i{n}", "question": "Who?", "answer": f"It was {n}."} for n in range(ITEMS))
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def test_killed_nothing_judged_is_lost_and_nothing_is_paid_twice(
    reinfra: Run, inputs: Path, stub: Stub
) -> None:
    assert reinfra("db", "upgrade").code == 0
    command = [sys.executable, "-m", "reinfra", "judge", "run", "--inputs", str(inputs)]
    with subprocess.Popen(
        command, cwd=inputs.parent, stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        ends = time.monotonic() + 60
        while stub.seen.total() < ITEMS // 3 and time.monotonic() < ends:
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
    before = stub.seen.total()
    assert 0 < before < ITEMS
    outcome = reinfra("judge", "run", "--inputs", str(inputs), "--backend", "b", "--json")
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert found["cached"] + found["asked"] == ITEMS
    assert before - found["cached"] <= 2 * 4  # in flight, or just come
    assert found["statuses"] == {"ok": ITEMS}  # what the killed run got is counted now
    report = json.loads(reinfra("judge", "report", found["set"], "--json").out)
    assert report[0]["judges"][0]["n"] == ITEMS
    spent = json.loads(reinfra("judge", "cost", "--json").out)
    assert spent[0]["input_tokens"] == 310 * ITEMS
    assert spent[0]["cost_usd"] is None


def test_without_a_backend_it_says_what_to_add(reinfra: Run) -> None:
    outcome = reinfra("judge", "run")
    assert outcome.code == 2
    assert "[[judge.backend]]" in outcome.err
