"""All rules over the facts of all hosts."""

from collections.abc import Callable, Iterable, Iterator

from reinfra.compat.cuda import torch_and_driver, torch_and_python
from reinfra.compat.efa import efa_and_nccl
from reinfra.compat.finding import Compatibility
from reinfra.compat.installed import Installed, hosts
from reinfra.compat.neuron import packages_of_one_release
from reinfra.model import Fact

Rule = Callable[[Installed], Iterator[Compatibility]]

RULES: tuple[Rule, ...] = (
    torch_and_python,
    torch_and_driver,
    packages_of_one_release,
    efa_and_nccl,
)


def check(facts: Iterable[Fact]) -> list[Compatibility]:
    """What the current facts of hosts say about each other; `installed` names the facts that are read.

    What cannot be compared because a part of it is not installed is no finding; what is installed and
    in no table is one, as unknown.
    """
    return [finding for host in hosts(facts) for rule in RULES for finding in rule(host)]
