"""How a figure is taken and judged: five runs by turns, median and spread, goal and verdict."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass
class Figure:
    """One measured figure beside the one that it is compared with."""

    name: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float] = ()
    peer: str = ""
    goal: str = ""
    is_met: bool | None = None
    notes: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.ours)

    @property
    def ratio(self) -> float | None:
        """Ours over theirs, by medians."""
        return self.median / statistics.median(self.theirs) if self.theirs else None


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which `share` of the values lie (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def _show(values: Sequence[float]) -> str:
    if not values:
        return ""
    middle, low, high = statistics.median(values), min(values), max(values)
    digits = 0 if middle >= 100 else 2
    return f"{middle:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


@dataclass
class Report:
    """The figures of one run of `make bench`."""

    figures: list[Figure] = field(default_factory=list)

    def add(self, figure: Figure) -> None:
        self.figures.append(figure)
        ratio = f"  ratio {figure.ratio:.2f}" if figure.ratio is not None else ""
        Console(width=200).print(
            f"  {figure.name}: {_show(figure.ours)} {figure.unit}"
            + (f"   {figure.peer}: {_show(figure.theirs)}" if figure.theirs else "")
            + f"{ratio}   goal {figure.goal or '-'}: {_verdict(figure)}"
        )

    def print(self) -> None:
        table = Table("figure", "ours: median (spread)", "unit", "beside", "theirs", "ratio", "goal", "verdict", "notes")
        for figure in self.figures:
            ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
            table.add_row(
                figure.name,
                _show(figure.ours),
                figure.unit,
                figure.peer,
                _show(figure.theirs),
                ratio,
                figure.goal,
                _verdict(figure),
                figure.notes,
            )
        Console(width=220).print(table)

    def write(self, path: Path) -> None:
        path.write_text(json.dumps([figure.__dict__ for figure in self.figures], indent=1, default=list))

    @property
    def has_missed(self) -> bool:
        return any(figure.is_met is False for figure in self.figures)


def _verdict(figure: Figure) -> str:
    return {None: "-", True: "met", False: "MISSED"}[figure.is_met]
