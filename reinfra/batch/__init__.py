"""The scheduled batch: acquire, evaluate, record. The only place, with the collect loop, that writes."""
