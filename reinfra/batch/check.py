"""What is wrong with the settings that only those who use them can tell, said before anything is written."""

import re
from importlib.util import find_spec
from pathlib import Path

from detectors.pyod_adapter import PREFIX
from detectors.registry import DETECTORS
from reinfra.batch.chosen import ON_SAMPLES
from reinfra.config import Settings
from reinfra.config.load import origin
from reinfra.errors import InputError

_KEY = "detect.detectors"


def check_settings(settings: Settings, config: Path | None = None) -> None:
    """Raises InputError naming file or variable, key and reason for a detector that there is not."""
    known = (*DETECTORS, *ON_SAMPLES)
    overridden = (
        ("detect.override", name)
        for one in settings.detect.override
        for name in one.detectors or ()
    )
    for key, name in (*((_KEY, name) for name in settings.detect.detectors), *overridden):
        if name not in known and not _is_pyod(name):
            raise InputError(
                key,
                where=origin(key, config),
                why=f"no detector is called {name!r}",
                todo=f"Known: {', '.join(known)}, pyod:<PyOD class>",
            )


def _is_pyod(name: str) -> bool:
    """Whether PyOD has this class, found in its source: importing it takes seconds."""
    wanted = name.removeprefix(PREFIX)
    found = find_spec("pyod")
    if not name.startswith(PREFIX) or not wanted.isidentifier() or found is None:
        return False
    for folder in found.submodule_search_locations or ():
        module = Path(folder) / "models" / f"{wanted.lower()}.py"
        if module.is_file():
            text = module.read_text(encoding="utf-8", errors="replace")
            return re.search(rf"^class {wanted}\b", text, re.MULTILINE) is not None
    return False
