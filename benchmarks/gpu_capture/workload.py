"""The training process: a small transformer on made-up tokens, one JSON line for each step on standard output.

`python -m benchmarks.gpu_capture.workload '{"batch": 32, ...}'` runs until it is ended. It needs PyTorch
and a GPU.
"""

import json
import sys
import time
from dataclasses import asdict
from importlib import import_module
from typing import Any

from benchmarks.gpu_capture.phases import Load

SEED = 20_261_121
_WIDTH, _HEADS, _LAYERS, _TOKENS, _WORDS = 1024, 16, 8, 512, 32_000
_LEAVE_FREE = 4 * 1024**3
"""Bytes that a leak leaves to the rest of the machine: it is a fault to see, not a crash."""


def arguments(load: Load) -> list[str]:
    """The command that runs this load."""
    return [sys.executable, "-u", "-m", "benchmarks.gpu_capture.workload", json.dumps(asdict(load))]


def parse(text: str) -> Load:
    return Load(**json.loads(text))


def main() -> None:
    torch: Any = import_module("torch")  # not installed where this is checked
    torch.manual_seed(SEED)
    torch.backends.cuda.matmul.allow_tf32 = False  # what "fell back to fp32" means
    load = parse(sys.argv[1])
    step = _step(torch, load)
    kept: list[Any] = []
    while True:
        began = time.monotonic()
        if load.idle:
            time.sleep(1.0)
            continue
        time.sleep(load.stall)
        step()
        free, _ = torch.cuda.mem_get_info()
        if load.leak and free > _LEAVE_FREE:
            kept.append(torch.empty(load.leak, dtype=torch.uint8, device="cuda"))
        ended = time.time_ns() // 1_000_000
        print(json.dumps({"at": ended, "seconds": time.monotonic() - began}))


def _step(torch: Any, load: Load) -> Any:  # noqa: ANN401
    """One step of training, as a function."""
    nn = torch.nn
    layer = nn.TransformerEncoderLayer(_WIDTH, _HEADS, 4 * _WIDTH, batch_first=True)
    model = nn.Sequential(
        nn.Embedding(_WORDS, _WIDTH),
        nn.TransformerEncoder(layer, _LAYERS),
        nn.Linear(_WIDTH, _WORDS),
    ).to("cuda", getattr(torch, load.precision))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)

    def step() -> None:
        tokens = torch.randint(_WORDS, (load.batch, _TOKENS + 1)).to("cuda")
        said = model(tokens[:, :-1]).flatten(0, 1).float()
        loss = nn.functional.cross_entropy(said, tokens[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        torch.cuda.synchronize()

    return step


if __name__ == "__main__":
    main()
