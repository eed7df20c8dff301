"""What the doctor finds: one line for people, and what to do about it."""

import enum
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any


class Level(enum.StrEnum):
    """How bad it is: a problem keeps something from working."""

    WELL = "well"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `key` names a pair of texts, `doctor.KEY.what` and `doctor.KEY.todo`."""

    level: Level
    key: str
    values: dict[str, Any] = field(default_factory=dict)


Findings = AsyncIterator[Finding]


def well(key: str, **values: Any) -> Finding:
    """Make a finding of something that is as it should be."""
    return Finding(Level.WELL, key, values)


def warning(key: str, **values: Any) -> Finding:
    """Make a finding of something that works, and should be otherwise."""
    return Finding(Level.WARNING, key, values)


def problem(key: str, **values: Any) -> Finding:
    """Make a finding of something that keeps the service from working."""
    return Finding(Level.PROBLEM, key, values)
