"""Where verdicts come from: one module per kind of model server."""

from judge.backends.base import Asked, Backend, BackendError, Graded, PassingError, Usage

__all__ = ["Asked", "Backend", "BackendError", "Graded", "PassingError", "Usage"]
