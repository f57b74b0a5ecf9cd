"""Exporters' names become signals in base units, and nothing is guessed about the rest."""

import pytest

from collectors.exposition import Family, Type
from collectors.scrape.naming import Names
from reinfra.model import DERIVED_LABEL, Coverage, Kind, SeriesKey
from reinfra.signals import signals
from tests.collectors.exposition.pages import DATA
from tests.collectors.scrape.loopback import OPEN_METRICS, Exporter, Given, collected, scraper

GPU = 'gpu="0",UUID="GPU-1",device="nvidia0",modelName="NVIDIA H200",Hostname="node-1"'
DCGM = {
    "DCGM_FI_DEV_SM_CLOCK": ("gauge", "1980", "hw.gpu.clock.sm", 1.98e9),
    "DCGM_FI_DEV_MEM_CLOCK": ("gauge", "3201", "hw.gpu.clock.memory", 3.201e9),
    "DCGM_FI_DEV_MEMORY_TEMP": ("gauge", "43", "hw.gpu.memory.temperature", 43),
    "DCGM_FI_DEV_GPU_TEMP": ("gauge", "38", "hw.temperature", 38),
    "DCGM_FI_DEV_POWER_USAGE": ("gauge", "118.5", "hw.power", 118.5),
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION": ("counter", "5000", "hw.energy", 5),
    "DCGM_FI_DEV_PCIE_REPLAY_COUNTER": ("counter", "2", "hw.gpu.pcie.replays", 2),
    "DCGM_FI_DEV_GPU_UTIL": ("gauge", "37", "hw.gpu.utilization", 0.37),
    "DCGM_FI_DEV_MEM_COPY_UTIL": ("gauge", "5", "hw.gpu.memory.controller.utilization", 0.05),
    "DCGM_FI_DEV_ENC_UTIL": ("gauge", "1", "hw.gpu.encoder.utilization", 0.01),
    "DCGM_FI_DEV_DEC_UTIL": ("gauge", "2", "hw.gpu.decoder.utilization", 0.02),
    "DCGM_FI_DEV_XID_ERRORS": ("gauge", "79", "hw.gpu.xid", 79),
    "DCGM_FI_DEV_FB_FREE": ("gauge", "1", "hw.gpu.memory.free", 1 << 20),
    "DCGM_FI_DEV_FB_USED": ("gauge", "2", "hw.gpu.memory.usage", 2 << 20),
    "DCGM_FI_DEV_FB_RESERVED": ("gauge", "3", "hw.gpu.memory.reserved", 3 << 20),
    "DCGM_FI_DEV_ROW_REMAP_FAILURE": ("gauge", "0", "hw.gpu.row_remap.failed", 0),
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE": ("gauge", "0.25", "hw.gpu.graphics.utilization", 0.25),
    "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE": ("gauge", "0.5", "hw.gpu.tensor.utilization", 0.5),
    "DCGM_FI_PROF_DRAM_ACTIVE": ("gauge", "0.75", "hw.gpu.dram.utilization", 0.75),
    "DCGM_FI_PROF_SM_UTIL_RATIO": ("gauge", "0.9", "hw.gpu.sm.utilization", 0.9),
    "DCGM_FI_DEV_BOARD_POWER_WATTS": ("gauge", "7", "hw.power", 7),
    "DCGM_FI_DEV_XID_ERROR": ("gauge", "48", "hw.gpu.xid", 48),
    "DCGM_FI_DEV_GPU_TEMP_CELSIUS": ("gauge", "39", "hw.temperature", 39),
    "DCGM_FI_DEV_FB_USED_BYTES": ("gauge", "9", "hw.gpu.memory.usage", 9),
    "dcgm_gpu_utilization": ("gauge", "50", "hw.gpu.utilization", 0.5),
}
"""The default collectors of dcgm-exporter 4.8 (etc/default-counters.csv), DCGM 4.6 names, and 1.x names."""


def read(target: Exporter, page: str, **settings: object) -> Given:
    target.body = page.encode()
    given = collected(scraper(target, **settings))
    assert given.error is None
    return given


@pytest.mark.parametrize("name", DCGM)
def test_dcgm_names_old_and_new_become_signals_in_base_units(target: Exporter, name: str) -> None:
    kind, text, signal, value = DCGM[name]
    given = read(target, f"# TYPE {name} {kind}\n{name}{{{GPU}}} {text}\n")
    (key,) = given.samples
    assert key.labels == (
        ("host.name", "node-1"),
        ("hw.id", "GPU-1"),
        ("hw.name", "NVIDIA H200"),
        ("hw.type", "gpu"),
        ("hw.vendor", "NVIDIA"),
        ("reinfra.origin", "live"),
    )
    assert (key.metric, key.kind, key.unit) == (
        signal,
        signals()[signal].kind,
        signals()[signal].unit,
    )
    assert given.samples[key] == pytest.approx(value)


def test_a_name_that_means_percent_in_one_dcgm_and_a_ratio_in_another_is_not_translated(
    target: Exporter,
) -> None:
    """4.6 calls the field of whole percent so, 4.7 a new one from 0 to 1."""
    name = "DCGM_FI_DEV_GPU_UTIL_RATIO"
    given = read(target, f"# TYPE {name} gauge\n{name}{{{GPU}}} 1\n")
    (key,) = given.samples
    assert (key.metric, key.unit, key.label("hw.id")) == (name, "{unknown}", "GPU-1")


def test_a_total_is_not_taken_for_a_rate_of_the_same_name(target: Exporter) -> None:
    name = "DCGM_FI_PROF_PCIE_TX_BYTES"  # bytes a second by default, a counter in older sets
    rate = read(target, f"# TYPE {name} gauge\n{name}{{{GPU}}} 5\n")
    assert rate.value("hw.gpu.pcie.throughput", network__io__direction="transmit") == 5
    total = read(target, f"# TYPE {name} counter\n{name}{{{GPU}}} 5\n")
    assert [(key.metric, key.kind) for key in total.samples] == [(name, Kind.COUNTER)]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("9223372036854775794", "no value (blank, not found or not supported)"),
        ("2147483634", "not supported"),
        ("140737488355331", "not permitted"),
        ("140737488355328.000000", "no value yet"),
    ],
)
def test_what_dcgm_does_not_know_is_an_absence_of_its_device(
    target: Exporter, value: str, why: str
) -> None:
    page = f"DCGM_FI_DEV_MEMORY_TEMP{{{GPU}}} {value}\nDCGM_FI_DEV_GPU_TEMP{{{GPU}}} 30\n"
    given = read(target, page)
    assert [key.metric for key in given.samples] == ["hw.temperature"]
    (absence,) = given.report.absences
    assert absence.subject == (("host.name", "node-1"), ("hw.id", "GPU-1"))
    assert (absence.signal, absence.state) == ("hw.gpu.memory.temperature", Coverage.UNSUPPORTED)
    assert absence.reason.endswith(why)


def test_such_a_number_of_another_exporter_is_a_number(target: Exporter) -> None:
    assert read(target, "a 2147483634\n").value("a") == 2147483634


def test_what_may_change_of_a_device_is_a_fact_and_no_label(target: Exporter) -> None:
    more = 'DCGM_FI_DRIVER_VERSION="580.95.05",pci_bus_id="00:1B",pod="train-0",namespace="",container="c"'
    given = read(target, f"DCGM_FI_DEV_GPU_TEMP{{{GPU},{more}}} 30\n")
    plain = read(target, f"DCGM_FI_DEV_GPU_TEMP{{{GPU}}} 30\n")
    assert list(given.samples) == list(plain.samples)
    assert {(fact.subject[1][1], fact.name, fact.value) for fact in given.report.facts} == {
        ("GPU-1", "nvidia.driver.version", "580.95.05"),
        ("GPU-1", "hw.pci.address", "00:1B"),
        ("GPU-1", "k8s.pod.name", "train-0"),
        ("GPU-1", "k8s.container.name", "c"),
    }


def test_a_mig_instance_is_a_series_of_its_own_beside_its_gpu(target: Exporter) -> None:
    page = (
        f"DCGM_FI_DEV_FB_USED{{{GPU}}} 10\n"
        f'DCGM_FI_DEV_FB_USED{{{GPU},GPU_I_PROFILE="1g.10gb",GPU_I_ID="7"}} 4\n'
        f'DCGM_FI_DEV_FB_USED{{{GPU},GPU_I_PROFILE="1g.10gb",GPU_I_ID="8"}} 6\n'
    )
    given = read(target, page)
    assert sorted(given.samples.values()) == [4 << 20, 6 << 20, 10 << 20]
    assert sorted(key.label("hw.type") for key in given.samples) == ["gpu", "mig", "mig"]


def test_vllms_documented_page(target: Exporter) -> None:
    given = read(target, (DATA / "vllm_docs_sample.prom").read_text("utf-8"))
    model = "meta-llama/Llama-3.1-8B-Instruct"
    assert given.value("gen_ai.server.request.running", gen_ai__request__model=model) == 8
    assert given.value("gen_ai.server.token.count", gen_ai__token__type="output") == 27453  # noqa: S106
    assert given.value("gen_ai.server.time_to_first_token", le="0.02") == 13
    assert given.value("gen_ai.server.time_to_first_token.count") == 140
    assert given.value("gen_ai.server.request.completed", finished_reason="length") == 131
    names = {fact.name: fact.value for fact in given.report.facts}
    assert names["vllm.cache_config.block_size"] == "16"
    assert given.keys("vllm:cache_config_info") == []


SERVING = [
    ("vllm:gpu_cache_usage_perc", "gauge", "gen_ai.server.kv_cache.utilization", 1.0),
    ("vllm:kv_cache_usage_perc", "gauge", "gen_ai.server.kv_cache.utilization", 1.0),
    ("sglang:token_usage", "gauge", "gen_ai.server.kv_cache.utilization", 1.0),
    ("sglang:num_queue_reqs", "gauge", "gen_ai.server.request.waiting", 1.0),
    ("tgi_queue_size", "gauge", "gen_ai.server.request.waiting", 1.0),
    ("nv_inference_pending_request_count", "gauge", "gen_ai.server.request.waiting", 1.0),
    ("sglang:prompt_tokens_total", "counter", "gen_ai.server.token.count", 1.0),
    ("nv_inference_request_failure", "counter", "gen_ai.server.request.errors", 1.0),
]


@pytest.mark.parametrize(("name", "kind", "signal", "factor"), SERVING)
def test_serving_engines_become_the_same_signals(
    target: Exporter, name: str, kind: str, signal: str, factor: float
) -> None:
    (key,) = read(target, f"# TYPE {name} {kind}\n{name} 4\n").samples.items()
    assert (key[0].metric, key[1]) == (signal, 4 * factor)
    assert key[0].kind is (Kind.COUNTER if kind == "counter" else Kind.GAUGE)


HISTOGRAMS = [
    ("vllm:time_per_output_token_seconds", "gen_ai.server.inter_token_latency", 1.0),
    ("vllm:inter_token_latency_seconds", "gen_ai.server.inter_token_latency", 1.0),
    (
        "vllm:request_time_per_output_token_seconds",
        "gen_ai.server.time_per_output_token",
        1.0,
    ),
    ("sglang:e2e_request_latency_seconds", "gen_ai.server.request.duration", 1.0),
    ("tgi_request_duration", "gen_ai.server.request.duration", 1.0),
    ("nv_inference_first_response_histogram_ms", "gen_ai.server.time_to_first_token", 1e-3),
]


@pytest.mark.parametrize(("name", "signal", "factor"), HISTOGRAMS)
def test_histograms_become_buckets_by_le_in_base_units(
    target: Exporter, name: str, signal: str, factor: float
) -> None:
    page = f'# TYPE {name} histogram\n{name}_bucket{{le="250"}} 1\n{name}_bucket{{le="+Inf"}} 3\n'
    given = read(target, f"{page}{name}_sum 1000\n{name}_count 3\n")
    found = {
        (key.metric, key.label("le"), key.kind, key.unit): value
        for key, value in given.samples.items()
    }
    assert found == {
        (signal, repr(250 * factor), Kind.HISTOGRAM, "1"): 1,
        (signal, "+Inf", Kind.HISTOGRAM, "1"): 3,
        (f"{signal}.sum", "", Kind.COUNTER, "s"): 1000 * factor,
        (f"{signal}.count", "", Kind.COUNTER, "1"): 3,
    }


def test_a_bound_has_one_spelling(target: Exporter) -> None:
    name = "nv_inference_first_response_histogram_ms"
    page = f'# TYPE {name} histogram\n{name}_bucket{{le="35"}} 1\n{name}_bucket{{le="+Inf"}} 1\n'
    page += '# TYPE s summary\ns{quantile="1"} 1\ns{quantile="0.50"} 1\n'
    given = read(target, page)
    assert [key.label("le") or key.label("quantile") for key in given.samples] == [
        "0.035",
        "+Inf",
        "1.0",
        "0.5",
    ]


def test_triton_names_its_gpus(target: Exporter) -> None:
    page = 'nv_gpu_utilization{gpu_uuid="GPU-1"} 0.5\nnv_inference_count{model="m",version="1"} 1\n'
    given = read(target, page, host="gpu-host")
    assert given.value("hw.gpu.utilization", hw__id="GPU-1", host__name="gpu-host") == 0.5
    assert given.value("nv_inference_count", gen_ai__request__model="m", version="1") == 1


NODE = 'instance_name="",instance_id="i-1",instance_type="trn1.2xlarge",region="r",subnet_id="s"'


def test_a_neuron_core_has_the_largest_of_what_its_runtimes_say(target: Exporter) -> None:
    rows = [
        f'neuroncore_utilization_ratio{{neuroncore="{core}",runtime_tag="{tag}",{NODE}}} {value}\n'
        for core, tag, value in [(0, 1, 0.0), (1, 1, 0.4), (0, 2, 0.9), (1, 2, 0.0)]
    ]
    given = read(target, "".join(rows))
    assert given.report.refused == {}
    assert {key.label("hw.id"): value for key, value in given.samples.items()} == {
        "neuroncore0": 0.9,
        "neuroncore1": 0.4,
    }
    assert {key.label("host.name") for key in given.samples} == {"i-1"}
    facts = {(fact.name, fact.value) for fact in given.report.facts}
    assert facts >= {("host.type", "trn1.2xlarge"), ("cloud.region", "r")}


def test_neurons_other_metrics(target: Exporter) -> None:
    page = (
        f'neuron_runtime_memory_used_bytes{{runtime_tag="1",memory_location="host",{NODE}}} 5\n'
        f'# TYPE execution_errors_total counter\nexecution_errors_total{{error_type="numeric",{NODE}}} 2\n'
        f'hardware_ecc_events_total{{event_type="mem_ecc_corrected",neuron_device_index="3",{NODE}}} 1\n'
        f'execution_latency_seconds{{percentile="p99",{NODE}}} 0.5\n'
        f"system_memory_used_bytes{{{NODE}}} 7\n"
    )
    given = read(target, page)
    assert given.value("aws.neuron.runtime.memory.usage", aws__neuron__memory__location="host") == 5
    assert given.value("aws.neuron.execution.errors", error__type="numerical") == 2
    assert given.keys("aws.neuron.execution.errors")[0].kind is Kind.COUNTER
    assert given.value("aws.neuron.ecc.events", hw__id="neuron3") == 1
    assert given.value("aws.neuron.execution.latency", percentile="p99") == 0.5
    assert given.value("system.memory.usage", host__name="i-1") == 7


def test_names_of_an_exporter_are_translated_on_its_own_pages_only(target: Exporter) -> None:
    given = read(target, "# TYPE execution_errors_total counter\nexecution_errors_total 1\n")
    assert [key.metric for key in given.samples] == ["execution_errors_total"]
    told = read(target, "system_memory_used_bytes 1\n", signals=["neuron_prometheus"])
    assert [key.metric for key in told.samples] == ["system.memory.usage"]


def test_what_nobody_described_keeps_its_name_and_gets_no_guessed_unit(target: Exporter) -> None:
    page = (
        "# TYPE x_seconds gauge\nx_seconds 1\n# TYPE y_total counter\ny_total 2\nz 3\n"
        '# TYPE s summary\ns{quantile="0.5"} 4\ns_sum 5\ns_count 6\n'
        '# TYPE h gaugehistogram\nh_bucket{le="1"} 7\n'
    )
    described = {(key.metric, key.kind, key.unit) for key in read(target, page).samples}
    assert described == {
        ("x_seconds", Kind.GAUGE, "{unknown}"),
        ("y_total", Kind.COUNTER, "{unknown}"),
        ("z", Kind.GAUGE, "{unknown}"),
        ("s", Kind.GAUGE, "{unknown}"),
        ("s.sum", Kind.COUNTER, "{unknown}"),
        ("s.count", Kind.COUNTER, "1"),
        ("h", Kind.GAUGE, "1"),
    }


def test_open_metrics_says_units_and_info(target: Exporter) -> None:
    target.headers["Content-Type"] = OPEN_METRICS
    given = read(
        target,
        "# TYPE x_seconds gauge\n# UNIT x_seconds seconds\nx_seconds 1\n"
        "# TYPE y_pages counter\n# UNIT y_pages pages\ny_pages_total 2\ny_pages_created 3\n"
        '# TYPE target info\ntarget_info{service_version="1.2",job="j"} 1\n'
        '# TYPE build info\nbuild_info{version="7"} 1\n'
        '# TYPE on stateset\non{on="a"} 1\non{on="b"} 0\n# EOF\n',
    )
    units = {key.metric: key.unit for key in given.samples}
    assert units["x_seconds"] == "s"
    assert units["y_pages_total"] == "{pages}"
    assert units["y_pages_created"] == "s"
    assert given.value("on", on="a") == 1
    assert {(fact.name, fact.value) for fact in given.report.facts} == {
        ("service_version", "1.2"),
        ("build.version", "7"),
    }


def test_an_info_that_is_not_one_holds_no_fact_and_is_counted(target: Exporter) -> None:
    page = '# TYPE vllm:lora_requests_info gauge\nvllm:lora_requests_info{max_lora="2"} 1.7e9\n'
    given = read(target, page)
    assert (given.samples, given.report.facts) == ({}, ())
    assert given.report.refused == {"info lines whose value is not 1": 1}


def test_a_series_says_whose_it_is_and_the_pages_labels_win(target: Exporter) -> None:
    labels = {"site": "fra", "zone": "1"}
    given = read(target, 'a{zone="2",service_name="x"} 1\n', labels=labels)
    (key,) = given.samples
    assert key == SeriesKey.of(
        "a",
        {
            "site": "fra",
            "zone": "2",
            "service_name": "x",
            "service.name": "vllm-a",
            "service.instance.id": f"127.0.0.1:{target.port}",
            "reinfra.origin": "live",
        },
    )
    assert key.label(DERIVED_LABEL) == ""


def test_a_page_may_not_claim_another_origin(target: Exporter) -> None:
    (key,) = read(target, '{"a","reinfra.origin"="simulated"} 1\n').samples
    assert key.label("reinfra.origin") == "live"


def test_every_row_of_the_tables_is_of_a_kind_that_its_exporter_gives() -> None:
    """A histogram may be a level or a distribution here, a total never a level."""
    given = Names(("dcgm", "neuron_prometheus", "sglang", "tgi", "triton", "vllm"))
    for signal in signals().values():
        for source in given.dialects:
            for name in signal.sources.get(source, ()):
                types = (
                    (Type.COUNTER,)
                    if signal.kind in (Kind.COUNTER, Kind.PERIOD_COUNT)
                    else (Type.GAUGE, Type.HISTOGRAM)
                )
                found = {given.of(name.metric, Family(name.metric, kind)).metric for kind in types}
                assert signal.name in found, name
