"""Selectors in a Prometheus server's words."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from reinfra.store.prometheus_names import NAME, asked, label_name
from reinfra.store.selector import Matcher, Selector

_MOST_VALUES = 50
"""A label with more values than this is not named: the server would try each one."""


def of_selector(selector: Selector) -> str:
    """`{__name__="hw_power",host_name="a"}`: every label in it is optional but the name."""
    names = asked(selector.metric) if selector.metric else []
    first = _one_of(NAME, names) if names else f'{NAME}!=""'
    rest = (_matcher(Matcher(label_name(m.name), m.op, m.value)) for m in selector.matchers)
    return _braced([first, *rest])


def narrowest(wanted: Sequence[Mapping[str, str]]) -> str:
    """A selector that these series match, and as few others as labels one by one can say."""
    names = set.intersection(*(set(labels) for labels in wanted))
    found = []
    for name in sorted(names):
        values = sorted({labels[name] for labels in wanted})
        if len(values) <= _MOST_VALUES:
            found.append(_one_of(name, values))
    return _braced(found)


def _one_of(name: str, values: list[str]) -> str:
    if len(values) == 1:
        return _matcher(Matcher(name, "=", values[0]))
    return _matcher(Matcher(name, "=~", "|".join(_plain(value) for value in values)))


def _plain(text: str) -> str:
    """A pattern of RE2 that matches this text only."""
    return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", text)


def _matcher(one: Matcher) -> str:
    """JSON's escapes are among those of PromQL's strings, which are Go's."""
    return f"{one.name}{one.op}{json.dumps(one.value, ensure_ascii=False)}"


def _braced(parts: Iterable[str]) -> str:
    return "{" + ",".join(parts) + "}"
