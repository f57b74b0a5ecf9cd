"""The one seed of everything that is drawn at random and then shown."""

SEED = 20_261_121
"""Each comparison and each report draws from a fresh generator of this seed, so that the demo, the
command line and the pages show the same interval."""
