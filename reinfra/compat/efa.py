"""EFA's installer, its plugin for NCCL, and NCCL: only combinations that somebody pinned are known."""

from collections.abc import Iterator
from itertools import product

from reinfra.compat.finding import Compatibility, Fit
from reinfra.compat.installed import EFA, NCCL, OFI, Installed
from reinfra.compat.tables import EfaPin, efa_pins
from reinfra.compat.versions import numbers, same, short


def efa_and_nccl(host: Installed) -> Iterator[Compatibility]:
    for efa, ofi, nccl in product(host.all(EFA), host.all(OFI), host.all(NCCL)):
        what = f"EFA installer {efa} with aws-ofi-nccl {ofi} and NCCL {nccl}"
        pin = next((pin for pin in efa_pins() if _is(pin, efa, ofi, nccl)), None)
        if pin is None:
            why = "no table of what goes together is published, and these are not among the known pins"
            yield Compatibility(host.subject, Fit.UNKNOWN, what, why)
        else:
            why = "public container recipes pin them together"
            source = f"efa_pins.csv, {short(pin.efa_installer, 3)}"
            yield Compatibility(host.subject, Fit.COMPATIBLE, what, why, source)


def _is(pin: EfaPin, efa: str, ofi: str, nccl: str) -> bool:
    pairs = ((efa, pin.efa_installer), (ofi, pin.aws_ofi_nccl), (nccl, pin.nccl))
    return all(same(numbers(text), version) for text, version in pairs)
