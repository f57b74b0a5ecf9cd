"""Amazon CloudWatch: ListMetrics to find, GetMetricData to read, presets that say what the numbers mean."""
