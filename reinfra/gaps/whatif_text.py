"""What moving work would save, in plain lines."""

from collections.abc import Iterator

from reinfra.gaps.figure import Figure
from reinfra.gaps.scorecard import Scorecard
from reinfra.gaps.text import dollars
from reinfra.gaps.whatif import WhatIf


def lines(card: Scorecard, found: WhatIf) -> Iterator[str]:
    yield f"{card.title}: {found.moved:.0%} of the workload moves ({found.limit}; {found.asked:.0%} asked)"
    yield f"  saving, USD a month: {dollars(found.saving_usd)}{_why(found.saving_usd)}"
    if found.instances_needed is not None:
        yield f"  instances of {card.candidate.instance_type}: {found.instances_needed:.1f}"
    yield f"  break-even utilization: {dollars(found.break_even_utilization)}"
    yield f"  migration: {found.migration_usd:,.0f} USD, paid back in months: {dollars(found.payback_months)}"

    yield from (f"  {note}" for note in found.notes)


def _why(figure: Figure) -> str:
    return f" (no interval: {figure.reason})" if figure.value is not None and figure.reason else ""
