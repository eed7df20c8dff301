"""The `carnet` command: each of its words is a module with `add_arguments(parser)` and `run(arguments)`."""

import argparse
import contextlib
import gc
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Final, TextIO

from bot.errors import CarnetError
from storage.errors import DatabaseError, StorageError

COMMANDS: Final = {
    "serve": ("bot.cli.serve", "answer Teams, Outlook and Graph; the settings come from CARNET_..."),
    "worker": ("bot.cli.worker", "keep mailboxes current; any number may share one PostgreSQL"),
    "demo": ("bot.cli.demo", "the service with a small Microsoft 365 beside it, on this machine alone"),
    "migrate": ("bot.cli.migrate", "bring the database to the newest schema"),
    "setup": ("bot.cli.setup", "print the commands that register one installation, and its .env"),
    "package": ("bot.cli.package", "make the app package for Teams and Outlook"),
    "doctor": ("bot.cli.doctor", "check the installation, and say what to do"),
    "firm": ("bot.cli.firm", "show and set the rules of a firm, and who its administrators are"),
    "status": ("bot.cli.status", "show how far the mailboxes are"),
    "purge": ("bot.cli.purge", "show what is older than a firm keeps, and delete it"),
    "move": ("bot.cli.move", "move firms from a file to PostgreSQL, or to another file"),
    "verbs": ("bot.cli.verbs", "show what can be asked for, by whom and from where"),
    "forget": ("bot.cli.forget", "delete everything of a tenant that has left"),
}


INTERRUPTED: Final = 128 + signal.SIGINT
UNHEARD: Final = 128 + signal.SIGPIPE
"""What a shell gives where a program is ended by that signal."""


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 1 where a check failed, 2 for what cannot be done as asked."""
    given = list(sys.argv[1:] if words is None else words)
    name = given[0] if given else ""
    sys.stdout, sys.stderr = (one or _open_nowhere() for one in (sys.stdout, sys.stderr))  # none where they are closed
    try:
        status = _run(name, given[1:])
        sys.stdout.flush()  # what could not be said is no success
    except (CarnetError, ValueError, OSError, StorageError) as error:
        _let_go_of_output()
        status = _refuse(name, _explain(error), UNHEARD if isinstance(error, BrokenPipeError) else 2)
    except KeyboardInterrupt:
        status = _refuse(name, "interrupted.", INTERRUPTED)
    except Exception as error:  # noqa: BLE001  # an administrator sees a sentence, whatever it is
        status = _refuse(name, _confess(error), 2)
    return status


def _run(name: str, words: Sequence[str]) -> int:
    if name == "--version":
        print(f"carnet {version('carnet')}")  # noqa: T201
        return 0
    if name not in COMMANDS:
        print(_describe())  # noqa: T201  # the terminal is where this is read
        return 0 if name in ("-h", "--help") else 2
    module, text = COMMANDS[name]
    command = _load(module)
    parser = argparse.ArgumentParser(prog=f"carnet {name}", description=text)
    command.add_arguments(parser)
    status: int | None = command.run(parser.parse_args(words))
    return status or 0


def _refuse(name: str, sentence: str, status: int) -> int:
    with contextlib.suppress(OSError):
        print(f"carnet {name}: {sentence}", file=sys.stderr, flush=True)  # noqa: T201
    return status


def _open_nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _let_go_of_output() -> None:
    """Drop what is still to be written where nobody takes it: Python would try again at the end, and complain."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        sys.stdout = _open_nowhere()
        with contextlib.suppress(OSError):
            os.dup2(sys.stdout.fileno(), 1)


def _load(module: str) -> ModuleType:
    """Import a command: what is imported stays, and looking for garbage among it took a third of the start."""
    gc.disable()
    command = importlib.import_module(module)
    gc.freeze()
    gc.enable()
    return command


def _explain(error: Exception) -> str:
    """Say what went wrong in a sentence; only our own errors have one as their text."""
    if isinstance(error, DatabaseError):
        return str(_load("bot.cli.refusals").explain(error))
    if isinstance(error, BrokenPipeError):
        return "nobody takes what it says any more: its output was closed."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    return str(error)


def _confess(error: Exception) -> str:
    """Say where it went wrong, and nothing of what it was about."""
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    place = f" at {Path(places[-1].filename).name}:{places[-1].lineno}" if places else ""
    return f"this should not have happened: {type(error).__name__}{place}. Please report it with this line."


def _describe() -> str:
    lines = [f"  {name:9} {text}" for name, (_, text) in COMMANDS.items()]
    return "\n".join(("usage: carnet COMMAND [options]", "", *lines, "", "carnet COMMAND --help says more."))


if __name__ == "__main__":
    sys.exit(main())
