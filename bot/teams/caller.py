"""Who asks in Teams, and where: what the door needs to let them in."""

from dataclasses import replace
from datetime import date, datetime

from bot.door import Caller, Door
from bot.language import choose_language
from bot.language.formats import zone
from bot.teams.incoming import Incoming
from bot.turn import Surface
from storage.firm.users import KnownUser


def find_surface(incoming: Incoming) -> Surface:
    """Return where it was asked: in a group, what is answered is read by others too (S16)."""
    if (incoming.name or "").startswith("composeExtension/"):
        return "extension"
    return "chat" if incoming.is_own_chat else "group"


def admit(door: Door, user: KnownUser | None, incoming: Incoming) -> Caller:
    """Return the caller that the user is in this conversation; raises `ForbiddenError` where they are not served."""
    language = choose_language(incoming.locale, (user and user.language) or "en")
    caller = door.admit(user, surface=find_surface(incoming), language=language)
    return replace(caller, locale=incoming.locale or "")


def find_today(caller: Caller, now: int) -> date:
    """Return the day where the caller is."""
    return datetime.fromtimestamp(now, zone(caller.timezone)).date()
