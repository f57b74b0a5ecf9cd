"""From items to verdicts: what is asked, how often, how fast and at what cost."""
