"""Who hears of an incident, when, and why not: Alertmanager's semantics over stored incidents."""
