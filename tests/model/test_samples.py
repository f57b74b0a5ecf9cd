import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reinfra.model import Batch, ModelError, SeriesBlock, SeriesKey

A, B = SeriesKey.of("a", {}), SeriesKey.of("b", {})
samples = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 10**13), st.floats(allow_nan=False)),
    max_size=20,
)


@given(st.lists(samples, max_size=4))
def test_joining_batches_keeps_every_sample_and_names_each_series_once(
    parts: list[list[tuple[str, int, float]]],
) -> None:
    batches = [
        Batch.concat(
            Batch.of_series(SeriesKey.of(name, {}), np.array([at]), np.array([value]))
            for name, at, value in part
        )
        for part in parts
    ]
    whole = Batch.concat(batches)
    told = [
        (whole.keys[s].metric, int(at), float(v))
        for s, at, v in zip(whole.series, whole.at, whole.value, strict=True)
    ]
    assert told == [sample for part in parts for sample in part]
    assert len(set(whole.keys)) == len(whole.keys)


def test_a_scrape_is_one_value_per_series_at_one_instant() -> None:
    batch = Batch.at_instant(7, [(A, 1.0), (B, float("nan"))])
    assert batch.at.tolist() == [7, 7]
    assert np.isnan(batch.value[1])


def test_columns_of_unlike_length_are_refused() -> None:
    with pytest.raises(ModelError, match="three columns"):
        Batch((A,), np.zeros(2, np.int32), np.zeros(1, np.int64), np.zeros(2))


def test_a_sample_of_a_series_without_a_key_is_refused() -> None:
    with pytest.raises(ModelError, match="no key"):
        Batch((A,), np.array([1], np.int32), np.zeros(1, np.int64), np.zeros(1))


def test_a_block_whose_shape_does_not_fit_its_keys_is_refused() -> None:
    with pytest.raises(ModelError):
        SeriesBlock((A, B), np.arange(3), np.zeros((1, 3)), np.ones((1, 3), bool), 1)


def test_rows_of_a_block_can_be_picked() -> None:
    block = SeriesBlock(
        (A, B), np.arange(2), np.array([[1.0, 2], [3, 4]]), np.ones((2, 2), bool), 1
    )
    picked = block.select(np.array([1]))
    assert picked.keys == (B,)
    assert picked.values.tolist() == [[3, 4]]
