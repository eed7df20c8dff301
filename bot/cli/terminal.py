"""Where commands write: a terminal as wide as it is, or a pipe or log in which no line is cut."""

import sys
from typing import Final

from rich.console import Console

WIDE: Final = 400


def open_console() -> Console:
    """Open what the standard output is."""
    return Console() if sys.stdout.isatty() else Console(width=WIDE)
