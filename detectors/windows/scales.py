"""Which windows a stream looks at, in periods, and in which views."""

import enum
from dataclasses import dataclass


class View(enum.Enum):
    """How two windows are compared."""

    LEVEL = "shape and level"
    SIZE = "shape whatever its size, and how large it is"
    CHANGES = "changes from point to point"


@dataclass(frozen=True, slots=True)
class Scale:
    """`now`: in which views a window that ends now says something about now; `later`: about all it covers."""

    length: float
    now: tuple[View, ...]
    later: tuple[View, ...]

    def views(self, *, whole: bool) -> tuple[View, ...]:
        """Those of `now`, and with `whole` of `later` too."""
        wanted = {*self.now, *self.later} if whole else {*self.now}
        return tuple(one for one in View if one in wanted)


SCALES = (
    Scale(0.125, (View.LEVEL, View.CHANGES), (View.CHANGES,)),
    Scale(0.25, (View.SIZE, View.CHANGES), (View.SIZE, View.CHANGES)),
    Scale(0.5, (View.SIZE, View.CHANGES), ()),
    Scale(1.0, (View.LEVEL, View.SIZE), tuple(View)),
    Scale(2.0, (), tuple(View)),
)
"""Found by leaving out, one after the other, what the development series lose nothing by."""


def scales_of(*, whole: bool) -> tuple[Scale, ...]:
    """Those with a view to look at."""
    return tuple(scale for scale in SCALES if scale.views(whole=whole))
