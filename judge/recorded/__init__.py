"""Recorded verdicts: what real judges really said, read from files, beside what people said."""

from judge.recorded.files import read_verdict_files
from judge.recorded.llmbar import read_llmbar
from judge.recorded.pandalm import read_pandalm

__all__ = ["read_llmbar", "read_pandalm", "read_verdict_files"]
