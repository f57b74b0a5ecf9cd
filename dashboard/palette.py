"""Colours by meaning, for light and for dark. Charts name a meaning, never a colour."""

from dataclasses import dataclass
from typing import Literal

from reinfra.model import Severity


@dataclass(frozen=True, slots=True)
class Palette:
    """`heat` runs from nothing strange to everything strange."""

    ink: str
    muted: str
    rule: str
    measured: str
    band: str
    before: str
    alarm: str
    good: str
    bad: str
    total: str
    heat: tuple[str, ...]


LIGHT = Palette(
    ink="#31333f",
    muted="#6b7280",
    rule="#e5e7eb",
    measured="#0b6bcb",
    band="rgba(107, 114, 128, 0.20)",
    before="#9775fa",
    alarm="rgba(224, 49, 49, 0.13)",
    good="#2b8a3e",
    bad="#c92a2a",
    total="#0b6bcb",
    heat=("#f1f3f5", "#ffe8cc", "#ff922b", "#e03131"),
)
DARK = Palette(
    ink="#fafafa",
    muted="#a3a8b4",
    rule="#31353f",
    measured="#4dabf7",
    band="rgba(163, 168, 180, 0.24)",
    before="#b197fc",
    alarm="rgba(255, 107, 107, 0.20)",
    good="#51cf66",
    bad="#ff6b6b",
    total="#4dabf7",
    heat=("#1f232b", "#5c3d1e", "#e8770c", "#ff6b6b"),
)
Badge = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray"]

BADGES: dict[Severity, Badge] = {
    Severity.INFO: "blue",
    Severity.WARNING: "orange",
    Severity.CRITICAL: "red",
}


def palette(theme: str | None) -> Palette:
    """By Streamlit's name of the theme in use."""
    return DARK if theme == "dark" else LIGHT
