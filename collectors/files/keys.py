"""The series that a column or a metric's name means, and the factor into the signal's unit."""

from dataclasses import dataclass, field

from collectors.base import Labels, key_of
from reinfra.config.sources.files import FilesSource, Measured
from reinfra.model import ORIGIN_LABEL, Kind, Origin, SeriesKey
from reinfra.signals import UnitError, factor, find

MOST = 200_000
"""Series that are remembered; the store bounds how many there may be."""

UNKNOWN_UNIT = "{unknown}"

Labelled = tuple[str, ...]
"""The cells of the label columns of a row."""


@dataclass(frozen=True, slots=True)
class Series:
    key: SeriesKey
    factor: float


@dataclass(slots=True)
class Keys:
    """Each series' key is made once: rows that name it again share the object."""

    settings: FilesSource
    _known: dict[tuple[str, str, Labelled], Series | str] = field(default_factory=dict)

    def find(self, name: str, unit: str, labelled: Labelled) -> Series | str:
        """The series, or in words why its values must not be taken. `unit` is "" where the row has none."""
        place = name, unit, labelled
        found = self._known.get(place)
        if found is None:
            if len(self._known) >= MOST:
                self._known.clear()
            found = self._known[place] = self._made(name, unit, labelled)
        return found

    def _made(self, name: str, unit: str, labelled: Labelled) -> Series | str:
        measured = self.settings.measured.get(name, Measured())
        metric, given = measured.metric or name, unit or measured.unit
        columns = dict(zip(self.settings.label_columns, labelled, strict=True))
        own = {column: cell for column, cell in columns.items() if cell}
        labels: Labels = {**self.settings.labels, **own}
        origin = Origin(self.settings.origin)
        signal = find(metric)
        if signal is None:
            marked = {**labels, ORIGIN_LABEL: origin.value}
            return Series(SeriesKey.of(metric, marked, Kind.GAUGE, given or UNKNOWN_UNIT), 1.0)
        try:
            by = factor(given, signal.unit) if given else 1.0
        except UnitError as error:
            return error.what
        return Series(key_of(metric, labels, origin), by)
