"""Where verdicts come from: one module per kind of model server."""

from judge.backends.base import Backend, BackendError, Graded, Usage

__all__ = ["Backend", "BackendError", "Graded", "Usage"]
