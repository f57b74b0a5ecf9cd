from typing import Literal

from reinfra.config.sources.base import SourceSettings


class FilesSource(SourceSettings):
    """CSV, Parquet or JSON lines, on disk or on S3, read again where they grow."""

    collector: Literal["files"] = "files"
