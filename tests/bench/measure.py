"""How a figure is taken and judged: five runs by turns, median and spread, goal and verdict."""

import json
import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

WIDTH = 200


@dataclass(frozen=True)
class Goal:
    """What a figure should be, in words and as a question to it."""

    words: str
    is_met: "Callable[[Figure], bool]"


@dataclass
class Figure:
    """One measured figure beside the one that it is compared with."""

    name: str
    unit: str
    ours: Sequence[float]
    peer: str = ""
    theirs: Sequence[float] = ()
    goal: Goal | None = None
    notes: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.ours)

    @property
    def ratio(self) -> float:
        """Ours over theirs, by medians."""
        return self.median / statistics.median(self.theirs)

    @property
    def is_met(self) -> bool | None:
        return self.goal.is_met(self) if self.goal else None


def ratio_at_least(least: float) -> Goal:
    return Goal(f"at least {least:g} of it", lambda figure: figure.ratio >= least)


def ratio_at_most(most: float) -> Goal:
    return Goal(f"at most {most:g} of it", lambda figure: figure.ratio <= most)


def at_most(most: float) -> Goal:
    return Goal(f"at most {most:g}", lambda figure: figure.median <= most)


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which `share` of the values lie (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


@dataclass
class Report:
    """The figures of one run of `make bench`; a short run shows them and judges none."""

    is_judging: bool = True
    figures: list[Figure] = field(default_factory=list)

    def begin(self, name: str, about: str | None) -> None:
        Console(width=WIDTH).print(f"\n[bold]{name}[/bold]  {(about or '').splitlines()[0]}  (load {_get_load()})")

    def add(self, figure: Figure) -> None:
        self.figures.append(figure)
        beside = f"  beside {figure.peer} {_show(figure.theirs)}: {figure.ratio:.3g}" if figure.theirs else ""
        Console(width=WIDTH).print(
            f"  {figure.name}: {_show(figure.ours)} {figure.unit}{beside}  {self._judge(figure)}  {figure.notes}"
        )

    def add_all(self, title: str, figures: Sequence[Figure]) -> None:
        """Show figures of one kind as they are, and in the table the one with the highest ratio, and what missed."""
        kept = self.figures.copy()
        for figure in figures:
            self.add(figure)
        missed = [figure for figure in figures if figure.is_met is False]
        worst = max(figures, key=lambda figure: figure.ratio, default=None)
        if worst:
            met = f"{len(figures) - len(missed)} of {len(figures)} met it"
            self.figures = [*kept, replace(worst, name=f"{title}; the worst: {worst.name}", notes=met)]
            self.figures += [figure for figure in missed if figure is not worst and self.is_judging]

    def print(self) -> None:
        table = Table(
            "figure", "ours (spread)", "unit", "beside", "theirs (spread)", "ratio", "goal", "verdict", "notes"
        )
        for one in self.figures:
            theirs = (one.peer, _show(one.theirs), f"{one.ratio:.3g}") if one.theirs else ("", "", "")
            goal = one.goal.words if one.goal else ""
            table.add_row(one.name, _show(one.ours), one.unit, *theirs, goal, self._judge(one), one.notes)
        Console(width=WIDTH).print(table)

    def write(self, path: Path) -> None:
        path.write_text(json.dumps([self._describe(figure) for figure in self.figures], indent=1))

    def _describe(self, figure: Figure) -> dict[str, Any]:
        kept = {name: value for name, value in vars(figure).items() if name != "goal"}
        goal = figure.goal.words if figure.goal else None
        return {**kept, "ours": list(figure.ours), "theirs": list(figure.theirs), "goal": goal, "is_met": figure.is_met}

    def _judge(self, figure: Figure) -> str:
        if not self.is_judging or figure.goal is None:
            return ""
        return "[green]met[/green]" if figure.is_met else "[red]MISSED[/red]"


def _get_load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _show(values: Sequence[float]) -> str:
    middle, low, high = statistics.median(values), min(values), max(values)
    digits = 0 if middle >= 100 else 2 if middle >= 1 else 3  # three digits that mean something
    if len(values) == 1:
        return f"{middle:,.{digits}f}"
    return f"{middle:,.{digits}f} ({low:,.{digits}f}-{high:,.{digits}f})"
