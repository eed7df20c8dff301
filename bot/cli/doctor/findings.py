"""What the doctor finds: one line for people, and what to do about it."""

import enum
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.upkeep import APART


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


def judge_clock(whose: str, told: float | None) -> Iterator[Finding]:
    """Say that this machine's clock is not that of others; nothing where they do not tell theirs."""
    apart = 0.0 if told is None else abs(time.time() - told)
    if apart > APART:
        yield problem("clock_wrong", whose=whose, minutes=round(apart / 60))
