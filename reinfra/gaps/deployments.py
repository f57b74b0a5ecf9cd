"""Which rows are the candidate's and which the baseline's, and what was deployed when."""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from reinfra.gaps.runs import Runs
from reinfra.model import InputError

Deployment = tuple[str, str, str]
"""Experiment, endpoint and container; what the file does not name is empty."""


def together(parts: Sequence[Runs]) -> Runs:
    """The rows of several files, one after the other."""
    columns = [field.name for field in fields(Runs) if field.name != "source"]
    return Runs(
        source=" + ".join(dict.fromkeys(part.source for part in parts)),
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in columns},
    )


def pick(parts: Sequence[Runs], candidate: str, baseline: str) -> tuple[Runs, Runs]:
    """Rows of the candidate and of the baseline, by instance type, experiment or endpoint.

    One name for both compares its two deployments, the later in the files against the earlier. Raises
    InputError where a name is not there, and where one name has not exactly two deployments.
    """
    if candidate.removeprefix("ml.") != baseline.removeprefix("ml."):
        runs = together(parts)
        return runs.of(candidate), runs.of(baseline)
    found = [
        (part.of(candidate), one)
        for part in parts
        if part.has(candidate)
        for one in deployments(part.of(candidate))
    ]
    if len(found) != 2:  # noqa: PLR2004 - a comparison has two sides
        raise InputError(
            f"{candidate} is named on both sides and has {len(found)} deployments in these files",
            todo="Name two instance types, or two endpoints of one.",
        )
    earlier, later = (runs.select(_deployed(runs, one)) for runs, one in found)
    return later, earlier


def deployments(runs: Runs) -> tuple[Deployment, ...]:
    """In the order of the rows."""
    return tuple(dict.fromkeys(_keys(runs)))


def split(runs: Runs) -> list[Runs]:
    """One part per deployment."""
    return [runs.select(_deployed(runs, one)) for one in deployments(runs)]


def _deployed(runs: Runs, one: Deployment) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return np.array([key == one for key in _keys(runs)], np.bool_)


def _keys(runs: Runs) -> list[Deployment]:
    columns = (runs.experiment.tolist(), runs.endpoint.tolist(), runs.container.tolist())
    return list(zip(*columns, strict=True))
