"""Where the recorded data lies that ships with reinfra."""

from importlib import resources
from pathlib import Path


def data_folder() -> Path:
    """The folder of recordings; MANIFEST.json in it names source and licence of every file."""
    return Path(str(resources.files("reinfra.demo"))) / "data"
