"""Samples read where they already are: nothing is written there."""
