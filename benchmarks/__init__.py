"""Benchmarks on the data that ships: `python -m benchmarks [NAME...]`.

Each folder here with a `bench.py` is one. Its `run()` yields Markdown, one table or paragraph at a time;
what came out last is checked in beside it as RESULTS.md.
"""
