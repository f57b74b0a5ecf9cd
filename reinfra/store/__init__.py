"""The time-series store and everything found in it: the only package that knows SQL."""

from reinfra.store.base import Rule, Samples, SampleStore, Source, Stored, Written
from reinfra.store.errors import StoreError
from reinfra.store.selector import Matcher, Selector
from reinfra.store.store import Store, open_store

__all__ = [
    "Matcher",
    "Rule",
    "SampleStore",
    "Samples",
    "Selector",
    "Source",
    "Store",
    "StoreError",
    "Stored",
    "Written",
    "open_store",
]
