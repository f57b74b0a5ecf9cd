import pytest

from reinfra.collect.sources import chosen, present
from reinfra.config import Settings
from reinfra.config.sources import HostSource, SourceSettings
from reinfra.errors import InputError


def test_without_a_source_in_the_settings_it_is_what_this_machine_has() -> None:
    assert [one.name for one in chosen(Settings(), ())] == present()
    assert "host" in present()


def test_a_named_source_is_the_one_of_the_settings() -> None:
    mine = HostSource(name="mine", interval=5)
    assert chosen(Settings(source=(mine,)), ["mine"]) == [mine]
    assert chosen(Settings(source=(mine,)), ()) == [mine]


def test_a_collector_that_needs_no_settings_goes_by_its_own_name() -> None:
    (host,) = chosen(Settings(), ["host"])
    assert (host.collector, host.name) == ("host", "host")


def test_a_source_nobody_can_collect_is_refused() -> None:
    with pytest.raises(InputError, match="telepathy"):
        chosen(Settings(), ["telepathy"])


def test_a_collector_that_needs_settings_says_which() -> None:
    with pytest.raises(InputError, match="scrape needs settings: url"):
        chosen(Settings(), ["scrape"])


def test_every_source_is_called_as_its_collector_unless_it_has_a_name() -> None:
    assert HostSource().name == "host"
    assert SourceSettings(collector="double").name == "double"


def test_two_sources_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two sources are called 'host'"):
        Settings(source=(HostSource(), HostSource()))
