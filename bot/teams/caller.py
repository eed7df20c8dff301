"""Who asks, and how to answer them."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.language import choose_language
from bot.language.formats import zone
from bot.teams.incoming import Incoming
from bot.turn import Language, Surface
from storage.firm.users import KnownUser
from storage.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Asker:
    """A user of the firm in one conversation."""

    viewer: Viewer
    language: Language
    timezone: str
    surface: Surface
    may_name_view: bool = True
    """False where no view of theirs is named in what they said."""

    def today(self, now: int) -> date:
        """Return the day where the asker is."""
        return datetime.fromtimestamp(now, zone(self.timezone)).date()


def know_asker(user: KnownUser, incoming: Incoming, *, is_extension: bool) -> Asker:
    """Return the asker: in a group, what is answered is read by others too (S16)."""
    is_public = not incoming.is_own_chat and not is_extension
    viewer = replace(user.viewer, is_in_public=True) if is_public else user.viewer
    surface: Surface = "extension" if is_extension else "group" if is_public else "chat"
    language = choose_language(incoming.locale, user.language or "en")
    return Asker(viewer, language, user.timezone or "UTC", surface, user.may_name_view)
