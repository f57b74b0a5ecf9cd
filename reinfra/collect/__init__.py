"""The collect loop: the sources of the settings, each on a thread of its own, into the store."""
