"""Faults planted into copies of a history in memory, and what detection makes of them."""
