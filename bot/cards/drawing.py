"""Which function draws which kind of result: each says so, beside itself, with `@draws(Kind)`."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from bot.results.base import Result
from bot.turn import Card, Reader

Draw = Callable[[Reader, Any], Card | None]
"""Draws a result for a reader; nothing where the result is given as data alone."""

Kind = TypeVar("Kind", bound=Result)

DRAWN: Final[dict[type[Result], Draw]] = {}


def draws(kind: type[Kind]) -> Callable[[Callable[[Reader, Kind], Card | None]], Draw]:
    """Make a function the one that draws results of a kind; a second one for the same kind is a ValueError."""

    def keep(draw: Callable[[Reader, Kind], Card | None]) -> Draw:
        if kind in DRAWN:
            raise ValueError(f"{kind.__name__} is drawn twice")
        DRAWN[kind] = draw
        return draw

    return keep
