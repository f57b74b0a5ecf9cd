"""PyTorch with Python, and its CUDA with the driver."""

import re
from collections.abc import Iterator
from itertools import product

from reinfra.compat.finding import READ_ON, Compatibility, Fit
from reinfra.compat.installed import CUDA_COMPAT, DRIVER, PYTHON, TORCH, TORCH_CUDA, Installed
from reinfra.compat.tables import Toolkit, toolkits, torches
from reinfra.compat.versions import Numbers, at_least, numbers, short

_CUDA_TAG = re.compile(r"\+cu(\d{2,3})$")
_OTHER_TAG = re.compile(r"\+(?:cpu|rocm|xpu)")
_MINOR = 2  # parts of 12.8

_NOT_LISTED = f"is not in the table of {READ_ON}"


def torch_and_python(host: Installed) -> Iterator[Compatibility]:
    for torch, python in product(host.all(TORCH), host.all(PYTHON)):
        what = f"torch {torch} on Python {python}"
        row = torches().get(numbers(torch))
        if row is None:
            why = f"torch {torch} {_NOT_LISTED}"
            yield Compatibility(host.subject, Fit.UNKNOWN, what, why)
            continue
        fits = at_least(numbers(python), row.python)
        yield Compatibility(
            host.subject,
            Fit.COMPATIBLE if fits else Fit.INCOMPATIBLE,
            what,
            f"it needs Python {short(row.python)} or later",
            f"pytorch.csv, {row.version}",
        )


def torch_and_driver(host: Installed) -> Iterator[Compatibility]:
    """Nothing where there is no NVIDIA driver: torch runs on other hardware, too."""
    for torch, driver in product(host.all(TORCH), host.all(DRIVER)):
        for cuda, from_where in _cudas(host, torch):
            what = f"torch {torch} with CUDA {cuda} ({from_where}) on driver {driver}"
            yield _driver(host, what, numbers(cuda), numbers(driver))
        if not _OTHER_TAG.search(torch) and not list(_cudas(host, torch)):
            why = f"which CUDA torch {torch} was built for {_NOT_LISTED}"
            what = f"torch {torch} on driver {driver}"
            yield Compatibility(host.subject, Fit.UNKNOWN, what, why)


def _cudas(host: Installed, torch: str) -> Iterator[tuple[str, str]]:
    """The CUDA versions of this torch, and how each is known: the surest way only."""
    tag = _CUDA_TAG.search(torch)
    row = torches().get(numbers(torch))
    if _OTHER_TAG.search(torch):
        return
    if host.all(TORCH_CUDA):
        yield from ((cuda, "installed") for cuda in host.all(TORCH_CUDA))
    elif tag:
        yield f"{tag[1][:-1]}.{tag[1][-1]}", "by its name"
    elif row and row.cuda:
        yield row.cuda, "default wheel"


def _driver(host: Installed, what: str, cuda: Numbers, driver: Numbers) -> Compatibility:
    family = [one for one in toolkits() if one.version[:1] == cuda[:1]]
    if not family or not driver:
        why = f"CUDA {short(cuda)} {_NOT_LISTED}" if driver else "the driver is no version"
        return Compatibility(host.subject, Fit.UNKNOWN, what, why)
    floor = family[-1].minor_driver
    source = f"cuda_driver.csv, {family[-1].name}"
    if not at_least(driver, floor):
        return _too_old(host, what, cuda, floor, source)
    toolkit = _toolkit(family, cuda)
    if toolkit is None:
        why = f"CUDA {short(cuda)} {_NOT_LISTED}; the driver is new enough for CUDA {cuda[0]} in general"
        return Compatibility(host.subject, Fit.UNKNOWN, what, why, source)
    source = f"cuda_driver.csv, {toolkit.name}"
    if toolkit.driver and at_least(driver, toolkit.driver):
        why = f"CUDA {short(cuda)} came with driver {short(toolkit.driver, 3)}"
        return Compatibility(host.subject, Fit.COMPATIBLE, what, why, source)
    why = (
        f"by minor version compatibility, which needs driver {short(floor)} or later; features newer than "
        "the driver, and PTX, do not work"
    )
    return Compatibility(host.subject, Fit.COMPATIBLE, what, why, source)


def _too_old(
    host: Installed, what: str, cuda: Numbers, floor: Numbers, source: str
) -> Compatibility:
    why = f"CUDA {cuda[0]} needs driver {short(floor)} or later"
    if host.all(CUDA_COMPAT):
        why = f"{why}; a forward compatibility package is installed, which some GPUs run with"
        return Compatibility(host.subject, Fit.UNKNOWN, what, why, source)
    return Compatibility(host.subject, Fit.INCOMPATIBLE, what, why, source)


def _toolkit(family: list[Toolkit], cuda: Numbers) -> Toolkit | None:
    """The first release of this CUDA version; that of a whole major where only that is listed."""
    exact = [one for one in family if one.version[:_MINOR] == cuda[:_MINOR]]
    general = [one for one in family if len(one.version) == 1]
    return next(iter((exact or general)[::-1]), None)
