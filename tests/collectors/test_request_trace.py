import csv
import io
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors import request_trace
from collectors.base import CollectorError
from collectors.local_file import read_text
from collectors.queueing import offered_load, servers_for, waits
from collectors.request_trace import SECONDS_PER_OUTPUT_TOKEN, read_requests, read_trace
from reinfra.model import DERIVED_LABEL, MINUTE
from tests.collectors.recordings import DATA, key_where, milliseconds, values

HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
TINY = f"""{HEADER}2023-11-16 18:00:50.5000000,9,9
2023-11-16 18:01:10.0000000,120,60
2023-11-16 18:01:40.1234567,60,60
2023-11-16 18:03:00.0000000,30,6
2023-11-16 18:04:01.0000000,9,9
"""
MEAN = {"reinfra.statistic": "mean"}
LONGEST = {"reinfra.statistic": "max"}
AT_18_00 = milliseconds("2023-11-16T18:00:00Z")


def test_rates_are_means_over_whole_minutes_stamped_at_their_end() -> None:
    batch = read_trace(TINY, "chat")
    rate = values(batch, "gen_ai.server.request.rate")
    assert rate.tolist() == [2 / 60, 0.0, 1 / 60]  # 18:00 and 18:04 are not whole
    assert np.unique(batch.at).tolist() == [AT_18_00 + k * MINUTE for k in (2, 3, 4)]
    tokens = {"service.name": "chat", "gen_ai.token.type": "input"}
    assert values(batch, "gen_ai.server.token.rate", tokens).tolist() == [3.0, 0.0, 0.5]


def test_a_minute_without_requests_has_a_rate_of_zero_and_no_waiting_time() -> None:
    waited = values(read_trace(TINY, "chat"), "gen_ai.server.queue.time", MEAN)
    assert waited.size == 2


def test_the_seventh_decimal_of_a_time_is_no_error() -> None:
    arrival = read_requests(TINY).arrival
    assert arrival[2] == pytest.approx(milliseconds("2023-11-16T18:01:40Z") + 123.4567)


def test_waiting_times_worked_out_by_hand() -> None:
    arrival, service = np.array([0.0, 1.0, 2.0, 20.0]), np.array([3.0, 3.0, 3.0, 1.0])
    assert waits(arrival, service, 1).tolist() == [0.0, 2.0, 4.0, 0.0]
    assert waits(arrival, service, 2).tolist() == [0.0, 0.0, 1.0, 0.0]
    assert offered_load(arrival, service) == 0.5
    assert (servers_for(0.5, 0.8), servers_for(1.61, 0.8)) == (1, 3)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), min_size=1, max_size=40),
    st.integers(1, 5),
)
def test_nobody_waits_less_with_fewer_servers(
    gaps: list[tuple[float, float]], servers: int
) -> None:
    arrival, service = np.cumsum([gap for gap, _ in gaps]), np.array([need for _, need in gaps])
    fewer, more = waits(arrival, service, servers), waits(arrival, service, servers + 1)
    assert np.all(fewer >= more)
    assert np.all(more >= 0)


def test_the_service_time_is_the_median_of_the_shipped_runs_it_names() -> None:
    table = read_text(DATA / "fmbench" / "fmbench_llama2_13b_2024-01-19.csv.gz")
    rounds = [
        float(row["latency_mean"]) / float(row["all_completions_token_count"])
        for row in csv.DictReader(io.StringIO(table))
        if (row["instance_type"], row["concurrency"]) == ("ml.inf2.48xlarge", "1")
    ]
    assert len(rounds) == 106
    assert statistics.median(rounds) == pytest.approx(SECONDS_PER_OUTPUT_TOKEN, rel=1e-5)


def test_the_conversation_trace_and_the_queue_it_would_form() -> None:
    batch = read_trace(read_text(DATA / "azure" / "azure_llm_2023_conv.csv.gz"), "conv")
    rate = values(batch, "gen_ai.server.request.rate")
    assert rate.size == 58
    assert rate.mean() == pytest.approx(5.557, abs=1e-3)
    derived = key_where(batch, "gen_ai.server.queue.time", LONGEST).label(DERIVED_LABEL)
    assert "52 servers at 80% utilization, 35.4 ms per output token (FMBench" in derived
    mean = values(batch, "gen_ai.server.queue.time", MEAN)
    assert np.all(values(batch, "gen_ai.server.queue.time", LONGEST) >= mean)


def test_what_is_computed_says_so() -> None:
    assert all(key.label(DERIVED_LABEL) for key in read_trace(TINY, "chat").keys)


def test_a_queue_never_runs_at_full_utilization() -> None:
    assert request_trace.MOST_BUSY < 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "no column 'TIMESTAMP'"),
        (HEADER, "no rows"),
        (HEADER + "later,1,1", "later"),
        (HEADER + "2023-11-16 18:00:00,1,many", "many"),
        ("TIMESTAMP,ContextTokens\n2023-11-16 18:00:00,1", "no column 'GeneratedTokens'"),
        (HEADER + "2023-11-16 18:00:01,1,1\n2023-11-16 18:00:02,1,1", "one whole minute"),
    ],
)
def test_a_trace_that_is_none_is_refused(table: str, said: str) -> None:
    with pytest.raises(CollectorError, match=said):
        read_trace(table, "chat")
