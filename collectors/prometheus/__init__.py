"""Prometheus-compatible servers: what they have stored, copied page by page."""
