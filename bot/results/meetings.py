"""One's own meetings that are still to come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.results.base import Result
from bot.turn import Json
from storage.book.meetings import Meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingsListed(Result):
    """The next meetings, or those of a time; where there are none the summary says so."""

    meetings: tuple[Meeting, ...]
    further: Json | None = None
    """The verb and data that list the next ones; None where there are no more."""
    note: str = ""
    """Which name was taken for which."""
    reading: str = ""
    """How much of the mailboxes was read so far, where it is not all of one's own."""
    again: Json
    """The verb and data that list them again: where the cards that they open lead back to."""

    @property
    def remembered(self) -> Mapping[str, Any]:
        """The company or contact that was asked about, for "this"; else that no list was shown last."""
        about: dict[str, Any] = {key: self.again[key] for key in ("company_id", "contact_id") if key in self.again}
        return about or {"meetings": True}
