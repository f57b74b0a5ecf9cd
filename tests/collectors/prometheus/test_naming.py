import pytest

from collectors.exposition import Type
from collectors.prometheus.naming import Naming, family
from collectors.scrape.dialects import spoken
from reinfra.model import Kind, SeriesKey

TARGET = {"job": "vllm", "instance": "v:8000", "model_name": "m"}


def key(name: str, types: dict[str, str] | None = None, **labels: str) -> SeriesKey:
    found = Naming({}, types or {}).of({"__name__": name, **TARGET, **labels}).key
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "labels", "types", "expected"),
    [
        ("a", {}, {"a": "gauge"}, ("a", Type.GAUGE)),
        ("a_total", {}, {"a": "counter"}, ("a", Type.COUNTER)),
        ("a_total", {}, {"a_total": "counter"}, ("a_total", Type.COUNTER)),
        ("a_bucket", {"le": "1"}, {"a": "histogram"}, ("a", Type.HISTOGRAM)),
        ("a_bucket", {"le": "1"}, {}, ("a", Type.HISTOGRAM)),
        ("a_bucket", {}, {}, ("a_bucket", Type.UNKNOWN)),
        ("a_sum", {}, {"a": "summary"}, ("a", Type.SUMMARY)),
        ("a_sum", {}, {}, ("a_sum", Type.UNKNOWN)),
        ("a_total", {}, {}, ("a_total", Type.COUNTER)),
        ("a", {}, {"a": "something"}, ("a", Type.UNKNOWN)),
    ],
)
def test_a_family_is_told_by_metadata_or_by_what_openmetrics_reserves(
    name: str, labels: dict[str, str], types: dict[str, str], expected: tuple[str, Type]
) -> None:
    found = family(name, labels, types, spoken([name]))
    assert (found.name, found.type) == expected


def test_a_histogram_of_a_known_exporter_needs_no_metadata() -> None:
    bucket = key("vllm:time_to_first_token_seconds_bucket", le="0.5")
    assert bucket.metric == "gen_ai.server.time_to_first_token"
    assert (bucket.kind, bucket.label("le")) == (Kind.HISTOGRAM, "0.5")
    total = key("vllm:time_to_first_token_seconds_sum")
    assert total.metric == "gen_ai.server.time_to_first_token.sum"
    assert (total.kind, total.unit) == (Kind.COUNTER, "s")
    assert total.label("service.name") == "vllm"
    assert total.label("gen_ai.request.model") == "m"


def test_a_scrape_and_its_copy_in_a_server_are_one_series() -> None:
    """Whoever scrapes an exporter and whoever reads a server that did see the same names."""
    from collectors.exposition import Family, Point
    from collectors.scrape.meaning import Identity, Meanings
    from reinfra.model import Origin

    labels = {"UUID": "GPU-1", "modelName": "NVIDIA L4", "Hostname": "n1", "gpu": "0", "pod": "p"}
    point = Point("DCGM_FI_DEV_GPU_UTIL", tuple(labels.items()), Family("DCGM_FI_DEV_GPU_UTIL"))
    scraped = Meanings(Identity("x", "y", "n1", {}, Origin.LIVE), ("dcgm",)).of(point)
    copied = Naming({}).of({"__name__": point.name, "job": "j", "instance": "i:1", **labels})
    assert copied.key == scraped.key
    assert copied.facts == scraped.facts


def test_an_info_line_has_facts_and_no_number() -> None:
    found = Naming({}).of({"__name__": "vllm:cache_config_info", **TARGET, "block_size": "16"})
    assert found.key is None
    assert any(fact.value == "16" for fact in found.facts)


def test_a_bound_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="could not convert"):
        key("vllm:time_to_first_token_seconds_bucket", le="x")
