"""Replays of stored history: settings side by side, planted faults, and what people said of incidents."""
