"""What the tables of the settings have in common, and values that a variable and a file write differently."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_settings import NoDecode


def listed(given: object) -> object:
    """A variable writes a list with commas; a file has lists of its own."""
    if isinstance(given, str):
        return tuple(part.strip() for part in given.split(",") if part.strip())
    return given


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)]


class Section(BaseModel):
    """A table: what it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
