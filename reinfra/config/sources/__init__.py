"""The sources that `[[source]]` can describe: one small model each, chosen by `collector`."""

from typing import Annotated, get_args

from pydantic import Field

from reinfra.config.sources.base import SourceSettings
from reinfra.config.sources.cloudwatch import CloudWatchSource
from reinfra.config.sources.efa import EfaSource
from reinfra.config.sources.files import FilesSource
from reinfra.config.sources.host import HostSource
from reinfra.config.sources.neuron import NeuronSource
from reinfra.config.sources.nvidia import NvidiaSource
from reinfra.config.sources.otlp import OtlpSource
from reinfra.config.sources.prometheus import PrometheusSource
from reinfra.config.sources.scrape import ScrapeSource

AnySource = Annotated[
    CloudWatchSource
    | EfaSource
    | FilesSource
    | HostSource
    | NeuronSource
    | NvidiaSource
    | OtlpSource
    | PrometheusSource
    | ScrapeSource,
    Field(discriminator="collector"),
]

SOURCES: dict[str, type[SourceSettings]] = {
    model.model_fields["collector"].default: model for model in get_args(get_args(AnySource)[0])
}
"""The model of each collector's settings."""

__all__ = [
    "SOURCES",
    "AnySource",
    "CloudWatchSource",
    "EfaSource",
    "FilesSource",
    "HostSource",
    "NeuronSource",
    "NvidiaSource",
    "OtlpSource",
    "PrometheusSource",
    "ScrapeSource",
    "SourceSettings",
]
