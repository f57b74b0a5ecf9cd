"""Metrics pages of exporters, one target per instance, read over HTTP and translated into signals."""
