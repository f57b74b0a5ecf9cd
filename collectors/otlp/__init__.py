"""OTLP received over HTTP and gRPC: metrics, gen_ai spans and events, as batches, answers and grades.

A request becomes data in these steps: bounds (`body`), the three levels of every request (`envelope`), one
module per signal (`metrics`, `traces`, `logs`), then `deliver`, and only then an answer to the client.
"""
