"""Keep the mail and meetings that were ordered by hand in a file, for the time after a restart.

Each run builds the world again from the same material and the journal, in the same order, so that delta tokens and ids
of an earlier run stay valid.
"""

import json
from pathlib import Path
from typing import Any

from bot.demo.orders import hold_meeting, send_mail
from bot.demo.world.firm import Firm


class Journal:
    """The file of one demo: when its world began, and one order a line."""

    def __init__(self, path: Path, *, now: float) -> None:
        self._path = path
        self._orders: list[dict[str, Any]] = []
        self.born_at = now
        """UTC seconds; that of the first run."""
        if path.exists():
            self._read()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._append({"born_at": now})

    def write(self, kind: str, order: dict[str, Any]) -> None:
        """Keep a completed order (`mail` or `meeting`) that was carried out, or that the seeds were (`sown`)."""
        self._append({"kind": kind, "order": order})

    def has(self, kind: str) -> bool:
        """Return whether an order of this kind was kept by an earlier run."""
        return any(entry["kind"] == kind for entry in self._orders)

    def replay(self, firm: Firm) -> None:
        """Carry out every order of the earlier runs, oldest first."""
        for entry in self._orders:
            if entry["kind"] == "mail":
                send_mail(firm, entry["order"])
            elif entry["kind"] == "meeting":
                hold_meeting(firm, entry["order"])

    def _read(self) -> None:
        """Read the file; a last line that a kill cut short is dropped, because its order was never confirmed."""
        whole = self._path.read_bytes()
        kept = whole[: whole.rfind(b"\n") + 1]
        if len(kept) < len(whole):
            self._path.write_bytes(kept)
        entries = [json.loads(line) for line in kept.splitlines()]
        self.born_at = entries[0]["born_at"] if entries else self.born_at
        self._orders = entries[1:]
        if not entries:
            self._append({"born_at": self.born_at})

    def _append(self, entry: dict[str, Any]) -> None:
        with self._path.open("ab") as file:
            file.write(json.dumps(entry).encode() + b"\n")
