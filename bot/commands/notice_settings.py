"""How a person wants notices, shown and changed."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from bot.errors import BadRequestError
from bot.language import say
from bot.results.choices import DIGEST
from bot.results.firm import NoticeSettingsShown
from bot.turn import Turn
from bot.verb_inputs import Input, Nothing
from bot.verbs import CHANGES_FROM_CARD, EVERYONE, OWN, READS, Router
from storage.messages.notice_preferences import KINDS, get_notice_preferences, set_notice_preferences

router = Router()
Hour = Annotated[int, Meta(ge=0, le=24)]
Kinds = Annotated[str, Meta(pattern=rf"^(({'|'.join(KINDS)})(,|$))*$", max_length=200)]
Days = Annotated[str, Meta(pattern=r"^([0-6](,|$))*$", max_length=40)]
"""What a choice of several gives: values with commas between them; Monday is day 0."""


class SaveNotices(Input, frozen=True):
    """What the card of notices says; an input that is not there changes nothing."""

    kinds: Kinds | UnsetType = UNSET
    rhythm: Literal["one_by_one", "digest"] | UnsetType = UNSET
    from_hour: Hour | UnsetType = UNSET
    until_hour: Hour | UnsetType = UNSET
    days: Days | UnsetType = UNSET


@router.verb("notices.settings", Nothing, READS.but(beside=True), roles=EVERYONE, where=OWN)
async def show_settings(turn: Turn, given: Nothing) -> NoticeSettingsShown:
    """Show what the person is told, and when."""
    preferences = await turn.read(get_notice_preferences, turn.preferences)
    return NoticeSettingsShown(summary=say(turn.language, "notice_settings.title"), preferences=preferences)


@router.verb("notices.save", SaveNotices, CHANGES_FROM_CARD, roles=EVERYONE, where=OWN)
async def save_settings(turn: Turn, given: SaveNotices) -> NoticeSettingsShown:
    """Keep what the card says."""
    preferences = await turn.read(get_notice_preferences, turn.preferences)
    try:
        preferences = preferences.changed(**_list_changes(given))
    except ValueError as error:
        raise BadRequestError("bad_wishes") from error
    await turn.write(set_notice_preferences, preferences, now=turn.now)
    note = say(turn.language, "notice_settings.saved")
    return NoticeSettingsShown(summary=note, preferences=preferences, note=note)


def _list_changes(given: SaveNotices) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if given.kinds is not UNSET:
        changes["muted"] = tuple(kind for kind in KINDS if kind not in given.kinds.split(","))
    if given.rhythm is not UNSET:
        changes["is_digest"] = given.rhythm == DIGEST
    hours = {"from_hour": given.from_hour, "until_hour": given.until_hour}
    changes |= {key: hour for key, hour in hours.items() if hour is not UNSET}
    if given.days is not UNSET:
        changes["days"] = tuple(sorted({int(day) for day in given.days.split(",") if day}))
    return changes
