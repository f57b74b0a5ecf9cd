"""GPUs and Neuron devices: how many do something, what idle ones cost, what breaks, and who is apart."""

import math

import streamlit as st

from dashboard import accelerated, cached, connection
from dashboard.charts.devices import faults_chart, funnel_chart
from dashboard.format import count, percent, usd
from dashboard.parts import tiles as tile_row
from dashboard.parts.banner import banner
from dashboard.parts.drawing import draw, theme
from dashboard.parts.empty import empty
from dashboard.parts.filters import Chosen, filters
from dashboard.parts.guard import guarded
from dashboard.queries.device_money import Money
from dashboard.queries.devices import FAMILIES, GPU, IDLE_BELOW, Family, Stage, Use, funnel, idle
from dashboard.tables import devices as tables
from dashboard.text import markdown, plain
from dashboard.tiles import Tile
from reinfra.signals.wording import UNKNOWN, number


def main() -> None:
    banner()
    st.title("Accelerators", anchor=False)
    chosen = filters()
    found = {family: accelerated.use(chosen, family) for family in FAMILIES}
    there = [family for family, one in found.items() if one is not None]
    if not there:
        empty(
            "No accelerator has delivered a signal",
            "reinfra collect --once",
            why="Neither a GPU nor a Neuron device is known here, or none in this scope. "
            "On a host that has one, this reads it:",
        )
        return
    family = there[0]
    if len(there) > 1:
        names = {one.name: one for one in there}
        picked = st.segmented_control(
            "Kind", list(names), default=family.name, required=True, key="kind", bind="query-params"
        )
        family = names.get(picked or "", family)
    used = found[family]
    if used is not None:
        _family(chosen, family, used)


def _family(chosen: Chosen, family: Family, used: Use) -> None:
    if not used.there.any():
        st.info(f"{count(len(used.devices), 'device')} known, without a sample in this time.")
        return
    stages = funnel(used)
    money = accelerated.cost(used)
    tile_row.show(_tiles(used, stages, money))
    st.subheader("From installed to effective", anchor=False)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        draw(funnel_chart(stages, theme()), "funnel")
    with right:
        st.dataframe(tables.stages(stages), hide_index=True, alt="From installed to effective")
    st.caption(
        f"Mean over the time. A GPU is busy while any kernel runs, so busy alone is no work done; effective is "
        f"`{family.effective}`."
        if family.effective
        else f"Mean over the time, in NeuronCores. Effective is unknown: {markdown(family.why_not)}."
    )
    _faults(chosen, family)
    if family is GPU:
        _throttling(chosen)
    _peers(chosen, family, used)


def _tiles(used: Use, stages: tuple[Stage, ...], money: Money) -> list[Tile]:
    total, allocated = stages[0], stages[1]
    still = idle(used)
    hosts = len({host for host, _ in used.devices})
    return [
        Tile(
            "Cores" if used.family is not GPU else "GPUs",
            number(total.value),
            against=f"reporting, of {len(used.devices):,} known on {count(hosts, 'host')}",
            colour="gray",
        ),
        Tile(
            "Idle",
            percent(still.share),
            against=f"of their known time busy for less than {IDLE_BELOW:.0%} of an hour or step"
            if math.isfinite(still.share)
            else f"no source delivers {markdown(used.family.busy)}",
            colour="gray",
        ),
        Tile(
            "Held but idle",
            percent(still.held),
            against="a process held the device, and it did nothing"
            if math.isfinite(still.held)
            else markdown(allocated.why or f"no source delivers {used.family.busy}", 200),
            colour="gray",
        ),
        Tile(
            "Cost of idle time",
            usd(money.usd) if math.isfinite(money.usd) else UNKNOWN,
            against=markdown(money.why) or "at on-demand list price",
            colour="gray",
            help="On-demand list price of the catalogue for the hosts whose type is known, times idle time.",
        ),
    ]


def _faults(chosen: Chosen, family: Family) -> None:
    st.subheader("Errors" if family is not GPU else "ECC errors, row remaps and XIDs", anchor=False)
    found = accelerated.faults(chosen, family)
    if not found.watched:
        st.caption(f"Unknown: no source delivers any of {', '.join(family.faults)}.")
        return
    if not found.found:
        watched = ", ".join(f"`{name}`" for name in found.watched)
        st.caption(f"None in this time. Watched: {watched}.")
        return
    draw(faults_chart(found, theme()), "faults")
    table = tables.faults(found.found)
    st.dataframe(table, hide_index=True, alt="Errors by device, the newest first", height=280)
    if len(table) < len(found.found):
        st.caption(f"The newest {len(table):,} of {len(found.found):,} shown.")


def _throttling(chosen: Chosen) -> None:
    st.subheader("Throttling", anchor=False)
    found = accelerated.throttling(chosen)
    if not found:
        st.caption("Unknown: no source says why clocks are held down (`hw.gpu.clock.reduced`).")
        return
    st.dataframe(tables.throttling(found), hide_index=True, alt="Why clocks were held down")
    st.caption("Clocks that are down because a GPU is idle are not counted.")


def _peers(chosen: Chosen, family: Family, used: Use) -> None:
    st.subheader("Devices beside their siblings", anchor=False)
    hosts = sorted({host for host, _ in used.devices})
    host = st.selectbox(
        "Host",
        hosts,
        format_func=lambda one: plain(one, 80) or "without a name",
        key="host",
        bind="query-params",
        width=380,
    )
    if host is None:
        return
    table = tables.peers(accelerated.peers(chosen, family, host))
    st.dataframe(table, hide_index=True, alt="Devices beside the median of their siblings")
    st.caption("Means of the time; in brackets the median of the host's other devices.")
    if cached.fleet(connection.database_url()) and len(table) == 1:
        st.caption("One device has no sibling to be compared with.")


guarded(main)
