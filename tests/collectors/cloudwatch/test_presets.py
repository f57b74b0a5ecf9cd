from pathlib import Path
from typing import get_args

import pytest

from collectors.cloudwatch.dimensions import named
from collectors.cloudwatch.preset import load, names
from collectors.cloudwatch.statistic import COUNTS
from reinfra.config.sources.cloudwatch import Preset
from reinfra.model import Kind
from reinfra.signals import by_source, find

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "cloudwatch.md"


def test_the_settings_know_every_preset() -> None:
    assert set(names()) == set(get_args(Preset))


@pytest.mark.parametrize("name", names())
def test_a_presets_numbers_mean_what_their_signals_say(name: str) -> None:
    preset = load(name)
    assert preset.source.startswith("https://")
    for row in preset.rows:
        assert row.statistics
        for statistic in row.statistics:
            if row.signal.kind in (Kind.PERIOD_COUNT, Kind.COUNTER):
                assert statistic in COUNTS, row.metric
            else:
                sums_a_level = statistic in COUNTS
                assert not sums_a_level or row.signal.unit == "{unknown}", row.metric
    for never in preset.never:
        assert find(never.signal), never.signal
        assert never.reason


@pytest.mark.parametrize("name", names())
def test_no_two_metrics_of_a_preset_are_one_series(name: str) -> None:
    """Two spellings of one thing may be; they are never both listed."""
    meant = [
        (row.signal.name, word, tuple(sorted(row.labels.items())))
        for row in load(name).rows
        if row.metric not in {"CacheReadInputTokens", "CacheWriteInputTokens"}
        for word in row.statistics
    ]
    assert len(meant) == len(set(meant))


@pytest.mark.parametrize("name", names())
def test_the_guide_lists_it(name: str) -> None:
    assert f"`{name}`" in GUIDE.read_text()


def test_presets_and_recordings_agree() -> None:
    known = by_source("cloudwatch")
    rows = [row for name in names() for row in load(name).rows]
    shared = [row for row in rows if f"{row.namespace} {row.metric}" in known]
    assert shared
    for row in shared:
        mapped = known[f"{row.namespace} {row.metric}"]
        assert (mapped.signal, mapped.factor) == (row.signal, row.factor)


def test_what_the_documents_disagree_on_is_said() -> None:
    notes = {row.metric: row.note for row in load("bedrock").rows}
    assert "disagree" in notes["Invocations"]
    assert "disagree" in notes["EstimatedTPMQuotaUsage"]
    quota = find("aws.bedrock.quota.usage")
    assert quota is not None
    assert quota.unit == "{unknown}"


def test_a_dimension_that_nobody_mapped_keeps_its_name() -> None:
    found = named("AWS/Bedrock", {"ModelId": "m", "ServiceTier": "flex"})
    assert found.labels == {"gen_ai.request.model": "m", "ServiceTier": "flex"}
    assert found.facts == {}


def test_an_instance_type_without_an_instance_is_a_label() -> None:
    assert named("AWS/EC2", {"InstanceType": "p5"}).labels == {"InstanceType": "p5"}


def test_a_host_without_a_name_goes_by_its_id() -> None:
    labels = named("AWS/EC2", {"InstanceId": "i-1"}).labels
    assert labels == {"host.id": "i-1", "host.name": "i-1"}
