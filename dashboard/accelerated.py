"""The accelerators' queries with a memory, bounded in time and number, as in `cached`."""

import streamlit as st

from dashboard import connection
from dashboard.cached import TTL
from dashboard.parts.filters import Chosen
from dashboard.queries import device_faults, device_money, device_peers, devices
from dashboard.queries.device_faults import Faults, Throttled
from dashboard.queries.device_money import Money
from dashboard.queries.device_peers import Peers
from dashboard.queries.devices import FAMILIES, Family, Use
from dashboard.queries.window import Window
from reinfra.store import Stored

_NAMED = {family.name: family for family in FAMILIES}


def use(chosen: Chosen, family: Family) -> Use | None:
    return _use(connection.database_url(), chosen.window, chosen.scopes, family.name, chosen.fleet)


def faults(chosen: Chosen, family: Family) -> Faults:
    return _faults(
        connection.database_url(), chosen.window, chosen.scopes, family.name, chosen.fleet
    )


def throttling(chosen: Chosen) -> tuple[Throttled, ...]:
    return _throttling(connection.database_url(), chosen.window, chosen.scopes, chosen.fleet)


def peers(chosen: Chosen, family: Family, host: str) -> Peers:
    url = connection.database_url()
    return _peers(url, chosen.window, chosen.scopes, family.name, host, chosen.fleet)


def cost(used: Use) -> Money:
    return device_money.idle_cost(used, _types(connection.database_url()))


Scopes = tuple[str, ...]
Fleet = tuple[Stored, ...]


@st.cache_resource(ttl=TTL, max_entries=8, show_spinner="Reading what devices did …")
def _use(url: str, window: Window, scopes: Scopes, family: str, _fleet: Fleet) -> Use | None:
    del scopes
    return devices.use(connection.samples_at(url), _fleet, _NAMED[family], window)


@st.cache_resource(ttl=TTL, max_entries=8, show_spinner="Reading errors …")
def _faults(url: str, window: Window, scopes: Scopes, family: str, _fleet: Fleet) -> Faults:
    del scopes
    return device_faults.faults(connection.samples_at(url), _fleet, _NAMED[family], window)


@st.cache_resource(ttl=TTL, max_entries=8, show_spinner=False)
def _throttling(url: str, window: Window, scopes: Scopes, _fleet: Fleet) -> tuple[Throttled, ...]:
    del scopes
    return device_faults.throttling(connection.samples_at(url), _fleet, window)


@st.cache_resource(ttl=TTL, max_entries=16, show_spinner=False)
def _peers(
    url: str, window: Window, scopes: Scopes, family: str, host: str, _fleet: Fleet
) -> Peers:
    del scopes
    return device_peers.peers(connection.samples_at(url), _fleet, _NAMED[family], host, window)


@st.cache_resource(ttl=TTL, max_entries=4, show_spinner=False)
def _types(url: str) -> dict[str, str]:
    return device_money.types(connection.store_at(url))
