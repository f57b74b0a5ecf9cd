"""What makes the next request cheap."""

from dataclasses import dataclass, field

from collectors.otlp.distributions import Distributions
from collectors.otlp.headers import Headers
from collectors.otlp.layouts import Layouts
from collectors.otlp.resets import Resets
from collectors.otlp.series import Series


@dataclass(slots=True)
class Memory:
    """What is known of the series; forgotten as a whole when it becomes too much."""

    series: Series = field(default_factory=Series)
    resets: Resets = field(default_factory=Resets)
    layouts: Layouts = field(default_factory=Layouts)
    headers: Headers = field(default_factory=Headers)
    distributions: Distributions = field(init=False)

    def __post_init__(self) -> None:
        self.distributions = Distributions(self.series)
