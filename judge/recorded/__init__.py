"""Recorded verdicts: what real judges really said, read from files, beside what people said."""

from judge.recorded.files import read_verdict_files
from judge.recorded.llmbar import read_llmbar
from judge.recorded.pandalm import read_pandalm
from judge.recorded.triviaqa import read_triviaqa, version_of

__all__ = ["read_llmbar", "read_pandalm", "read_triviaqa", "read_verdict_files", "version_of"]
