"""Settings: one reinfra.toml and REINFRA_* environment variables, read once, at the edge."""

from reinfra.config.alerts import AlertSettings
from reinfra.config.detect import DetectSettings
from reinfra.config.detectors import DetectOverride
from reinfra.config.load import load_settings
from reinfra.config.settings import CollectSettings, DashboardSettings, DatabaseSettings, Settings

__all__ = [
    "AlertSettings",
    "CollectSettings",
    "DashboardSettings",
    "DatabaseSettings",
    "DetectOverride",
    "DetectSettings",
    "Settings",
    "load_settings",
]
