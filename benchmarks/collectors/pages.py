"""Metrics pages of the size that a fleet's exporters have, with values that differ from scrape to scrape."""

from collections.abc import Iterator

import numpy as np

SERIES = 100_000
_BOUNDS = (
    0.001,
    0.005,
    0.01,
    0.02,
    0.04,
    0.06,
    0.08,
    0.1,
    0.25,
    0.5,
    0.75,
    1.0,
    2.5,
    5.0,
    7.5,
    10.0,
)
_LATENCIES = (
    "time_to_first_token_seconds",
    "inter_token_latency_seconds",
    "e2e_request_latency_seconds",
    "request_queue_time_seconds",
    "request_prefill_time_seconds",
)
_FIELDS = (
    ("SM_CLOCK", "gauge"),
    ("MEM_CLOCK", "gauge"),
    ("MEMORY_TEMP", "gauge"),
    ("GPU_TEMP", "gauge"),
    ("POWER_USAGE", "gauge"),
    ("TOTAL_ENERGY_CONSUMPTION", "counter"),
    ("PCIE_REPLAY_COUNTER", "counter"),
    ("GPU_UTIL", "gauge"),
    ("MEM_COPY_UTIL", "gauge"),
    ("ENC_UTIL", "gauge"),
    ("DEC_UTIL", "gauge"),
    ("XID_ERRORS", "gauge"),
    ("FB_FREE", "gauge"),
    ("FB_USED", "gauge"),
    ("FB_RESERVED", "gauge"),
    ("ROW_REMAP_FAILURE", "gauge"),
)


def vllm(series: int, seed: int, *, end: str = "") -> bytes:
    """Histograms of latencies by engine, as prometheus_client writes them; `end` is OpenMetrics' last line."""
    draw = np.random.default_rng(seed)
    engines = max(1, series // (len(_LATENCIES) * (len(_BOUNDS) + 3)))
    lines: list[str] = []
    for name in _LATENCIES:
        lines += [f"# HELP vllm:{name} Histogram of it.", f"# TYPE vllm:{name} histogram"]
        for engine in range(engines):
            lines += _histogram(f"vllm:{name}", engine, draw)
    rest = series - engines * len(_LATENCIES) * (len(_BOUNDS) + 3)
    lines.append("# TYPE vllm:num_requests_running gauge")
    for engine, value in enumerate(draw.integers(0, 100, rest).tolist()):
        lines.append(
            f'vllm:num_requests_running{{engine="{engine}",model_name="m"}} {float(value)}'
        )
    return ("\n".join(lines) + f"\n{end}").encode()


def _histogram(name: str, engine: int, draw: np.random.Generator) -> Iterator[str]:
    who = f'engine="{engine}"'
    model = 'model_name="meta-llama/Llama-3.1-8B-Instruct"'
    counts = np.cumsum(draw.integers(0, 50, len(_BOUNDS) + 1)).tolist()
    for bound, count in zip((*_BOUNDS, "+Inf"), counts, strict=True):
        yield f'{name}_bucket{{{who},le="{bound}",{model}}} {float(count)}'
    yield f"{name}_count{{{who},{model}}} {float(counts[-1])}"
    yield f"{name}_sum{{{who},{model}}} {draw.uniform(1, 1e4)!r}"


def dcgm(series: int, seed: int) -> bytes:
    """The default fields of dcgm-exporter for so many GPUs."""
    draw = np.random.default_rng(seed)
    gpus = max(1, series // len(_FIELDS))
    lines: list[str] = []
    for name, kind in _FIELDS:
        lines += [f"# HELP DCGM_FI_DEV_{name} It.", f"# TYPE DCGM_FI_DEV_{name} {kind}"]
        for gpu, value in enumerate(draw.integers(0, 100, gpus).tolist()):
            who = f'gpu="{gpu % 8}",UUID="GPU-{gpu:08x}-48f2-6d8b-3cb4-e70426fb669c"'
            more = f'device="nvidia{gpu % 8}",modelName="NVIDIA H200",Hostname="node-{gpu // 8}"'
            lines.append(
                f'DCGM_FI_DEV_{name}{{{who},{more},DCGM_FI_DRIVER_VERSION="580.95.05"}} {value}'
            )
    return ("\n".join(lines) + "\n").encode()
