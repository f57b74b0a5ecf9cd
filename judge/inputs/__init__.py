"""Answers to grade: where they are read, which are chosen, and what of their texts may be kept."""

from judge.inputs.given import Given, GivenPage

__all__ = ["Given", "GivenPage"]
