"""The coverage ledger: what should be watched, what is, and why the rest is not."""
