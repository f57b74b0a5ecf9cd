"""Packages of the AWS Neuron SDK with each other, with Python and with the instance."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reinfra.compat.finding import Compatibility, Fit
from reinfra.compat.installed import HOST_TYPE, NEURON_DRIVER, PYTHON, SDK, Installed
from reinfra.compat.tables import Listed, neuron, package_name, releases, replaced
from reinfra.compat.versions import numbers, same, short

_VERSION = ".version"
_BUILD = re.compile(r"[+\-~].*$")  # the hash of a wheel, the revision of a Debian package
_FAMILY = re.compile(r"(?:inf|trn)\d+")

LOOSE = frozenset(
    {
        "aws-neuronx-dkms",
        "aws-neuronx-k8-plugin",
        "aws-neuronx-k8-scheduler",
        "aws-neuronx-oci-hook",
        "aws-neuronx-oci-hooks",
        "aws-neuronx-tools",
        "efa-installer",
    }
)
"""Parts of a host, which serve containers of other releases: the manifest does not say which."""

_SHARED = frozenset({"torch-xla", "efa-installer"})
"""Packages that are installed without Neuron, too."""


@dataclass(frozen=True, slots=True)
class _Package:
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def is_(self, listed: Listed) -> bool:
        """A manifest's 14.09.x stands for every 14.09."""
        own = _BUILD.sub("", self.version)
        if listed.version.endswith(".x"):
            return f"{own}.".startswith(listed.version[:-1])
        return same(numbers(own), numbers(listed.version))

    def listed(self, sdk: str) -> list[Listed]:
        """Its own version in that release."""
        return [one for one in self.named(sdk) if self.is_(one)]

    def named(self, sdk: str) -> list[Listed]:
        """Any version of it in that release."""
        return [one for one in neuron()[self.name] if one.sdk == sdk]


def packages_of_one_release(host: Installed) -> Iterator[Compatibility]:
    """Nothing where no package of Neuron is installed."""
    packages = _packages(host)
    if not any(package.name not in _SHARED for package in packages):
        return
    given = host.all(SDK)
    for sdk in given or _likeliest(packages):
        for package in packages:
            yield _in_release(host, package, sdk, given=bool(given))
            yield from _with_python(host, package, sdk)
            yield from _on_instance(host, package, sdk)
    if not given and not _likeliest(packages):
        what = ", ".join(map(str, packages))
        why = f"no release of the table, {releases()[-1]} to {releases()[0]}, lists any of them"
        yield Compatibility(host.subject, Fit.UNKNOWN, what, why)


def _packages(host: Installed) -> list[_Package]:
    found = [
        _Package(package_name(name.removesuffix(_VERSION)), version)
        for name, versions in host.values.items()
        for version in versions
        if name.endswith(_VERSION) and package_name(name.removesuffix(_VERSION)) in neuron()
    ]
    loaded = [_Package("aws-neuronx-dkms", version) for version in host.all(NEURON_DRIVER)]
    return list(dict.fromkeys(found + loaded))


def _likeliest(packages: Sequence[_Package]) -> list[str]:
    """The latest of the releases that most packages are of, those tied to a release counting first."""
    tied = [package for package in packages if package.name not in LOOSE | _SHARED]
    counts = {
        sdk: sum(bool(package.listed(sdk)) for package in tied or packages) for sdk in releases()
    }
    best = max(counts.values())
    return [next(sdk for sdk in releases() if counts[sdk] == best)] if best else []


def _in_release(host: Installed, package: _Package, sdk: str, *, given: bool) -> Compatibility:
    release = f"Neuron SDK {sdk}"
    what = f"{package} with {release}" if given else f"{package} beside packages of {release}"
    if sdk not in releases():
        why = f"the table ends with {releases()[0]}"
        return Compatibility(host.subject, Fit.UNKNOWN, what, why)
    source = f"neuron.csv, {sdk}, {package.name}"
    if package.listed(sdk):
        why = f"{release} lists it"
        return Compatibility(host.subject, Fit.COMPATIBLE, what, why, source)
    if others := package.named(sdk):
        versions = ", ".join(dict.fromkeys(one.version for one in others))
        why = f"{release} lists {package.name} {versions}"
        fit = Fit.INCOMPATIBLE
        if package.name in LOOSE:
            why = f"{why}; which others serve that release, the manifest does not say"
            fit = Fit.UNKNOWN
        return Compatibility(host.subject, fit, what, why, source)
    return _not_in_release(host, package, sdk, what)


def _not_in_release(host: Installed, package: _Package, sdk: str, what: str) -> Compatibility:
    successor = replaced().get(package.name)
    last = neuron()[package.name][0].sdk
    if successor and numbers(sdk) > numbers(successor.last_sdk):
        why = f"after Neuron SDK {successor.last_sdk} it is replaced by {successor.by}"
        source = f"neuron_replaced.csv, {package.name}: {successor.source}"
        return Compatibility(host.subject, Fit.INCOMPATIBLE, what, why, source)
    why = f"Neuron SDK {sdk} does not list {package.name}, which {last} is the latest to list"
    return Compatibility(
        host.subject, Fit.UNKNOWN, what, why, f"neuron.csv, {last}, {package.name}"
    )


def _with_python(host: Installed, package: _Package, sdk: str) -> Iterator[Compatibility]:
    pythons = frozenset[str]().union(*(one.pythons for one in package.listed(sdk)))
    for python in host.all(PYTHON) if pythons else ():
        fits = short(numbers(python)) in pythons
        listed = ", ".join(sorted(pythons, key=numbers))
        yield Compatibility(
            host.subject,
            Fit.COMPATIBLE if fits else Fit.INCOMPATIBLE,
            f"{package} on Python {python}",
            f"Neuron SDK {sdk} lists it for Python {listed}",
            f"neuron.csv, {sdk}, {package.name}",
        )


def _on_instance(host: Installed, package: _Package, sdk: str) -> Iterator[Compatibility]:
    rows = package.listed(sdk)
    families = frozenset[str]().union(*(one.families for one in rows))
    for kind in host.all(HOST_TYPE) if families else ():
        family = _FAMILY.match(kind)
        if family is None:
            continue
        fit = Fit.COMPATIBLE if family[0] in families else Fit.INCOMPATIBLE
        if fit is Fit.INCOMPATIBLE and any(one.unclear for one in rows):
            fit = Fit.UNKNOWN
        yield Compatibility(
            host.subject,
            fit,
            f"{package} on {kind}",
            f"Neuron SDK {sdk} lists it for {', '.join(sorted(families))}",
            f"neuron.csv, {sdk}, {package.name}",
        )
