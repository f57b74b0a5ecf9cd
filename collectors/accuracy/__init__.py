"""Evaluation results that others wrote, as counts of answers that passed and as answers to judge."""
