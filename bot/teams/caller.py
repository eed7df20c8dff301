"""Tell the door who asks in Teams, and from which surface."""

from datetime import date, datetime

from bot.door import Caller, Door
from bot.language import choose_language
from bot.language.formats import zone
from bot.teams.incoming import Incoming
from bot.turn import Surface
from storage.firm.users import KnownUser


def find_surface(incoming: Incoming) -> Surface:
    """Return the surface of an activity; in a group others read the answer too (S16)."""
    if (incoming.name or "").startswith("composeExtension/"):
        return "extension"
    return "chat" if incoming.is_own_chat else "group"


def admit(door: Door, user: KnownUser | None, incoming: Incoming) -> Caller:
    """Return the caller of an activity; raises `ForbiddenError` if the door does not serve the user."""
    language = choose_language(incoming.locale, (user and user.language) or "en")
    return door.admit(user, surface=find_surface(incoming), language=language, locale=incoming.locale or "")


def find_today(caller: Caller, now: int) -> date:
    """Return today's date in the caller's time zone."""
    return datetime.fromtimestamp(now, zone(caller.timezone)).date()
