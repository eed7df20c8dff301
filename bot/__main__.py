"""The `carnet` command: each of its words is a module with `add_arguments(parser)` and `run(arguments)`."""

import argparse
import gc
import importlib
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Final

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


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 1 where a check failed, 2 for what cannot be done as asked."""
    given = list(sys.argv[1:] if words is None else words)
    name = given[0] if given else ""
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
    try:
        return command.run(parser.parse_args(given[1:])) or 0
    except (CarnetError, ValueError, OSError, StorageError) as error:
        print(f"carnet {name}: {_explain(error)}", file=sys.stderr)  # noqa: T201
        return 2
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001  # an administrator sees a sentence, whatever it is
        print(f"carnet {name}: {_confess(error)}", file=sys.stderr)  # noqa: T201
        return 2


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
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}."
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
