"""Elastic Fabric Adapters: what their driver counts, from sysfs."""

from collectors.efa.collector import Efa

__all__ = ["Efa"]
