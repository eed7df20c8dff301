"""Where commands write: a terminal as wide as it is, or a pipe or log in which no line is cut."""

import sys
from typing import Final, NoReturn

from rich.console import Console

WIDE: Final = 400


class _Output(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Say what happened as any other write does, where rich would end without a word."""
        raise BrokenPipeError


def open_console(width: int = WIDE) -> Console:
    """Open what the standard output is; `width` is that of what is no terminal."""
    return _Output() if sys.stdout.isatty() else _Output(width=width)
