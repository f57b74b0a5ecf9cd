"""What is collected here, sent on to the OTLP endpoint of the settings."""

from collections.abc import Callable
from contextlib import ExitStack

from reinfra.config.export import ExportSettings
from reinfra.model import Batch


def sending(settings: ExportSettings, stack: ExitStack) -> Callable[[Batch], None] | None:
    """What takes batches for the endpoint until `stack` closes; None where no endpoint is set."""
    if not settings.endpoint:
        return None
    from collectors.export import exporting
    from collectors.identity import Whereabouts

    export = exporting(settings, Whereabouts.started("").attributes)
    export.start()
    stack.callback(export.close)
    return export.take
