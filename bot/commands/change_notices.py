"""Whom a change of a company concerns besides the one who made it."""

from collections.abc import Iterator
from typing import Any

from bot.turn import Notice, Turn
from storage.record.changes import Change


def tell(
    turn: Turn, changes: tuple[Change, ...], *, is_on_card: bool = False, is_undo: bool = False
) -> tuple[Notice, ...]:
    """Return the notices of these changes: for the new partner, the old one, and whoever was asked for the type.

    `is_on_card`: a button of a card made the change, so that the card of the question shows it already. `is_undo`: the
    change was only taken back, so that nobody was made anything.
    """
    notices: list[Notice] = []
    for change in changes:
        if not change.is_changed or change.of != "company":
            continue
        if change.action == "company.set_type":
            is_on_own_card = is_on_card and turn.is_in_own_chat
            answer = {"company_id": change.entity_id, "is_on_card": is_on_own_card, "is_undo": is_undo}
            notices.append(Notice(turn.viewer.user_id, "answered", answer | _list_sides(change, "type")))
        if change.action == "company.set_partner":
            notices += _tell_partners(turn, change, is_undo=is_undo)
    return tuple(notices)


def _tell_partners(turn: Turn, change: Change, *, is_undo: bool) -> Iterator[Notice]:
    """Tell both, unless they did it themselves: who is partner now, and who was."""
    sides = _list_sides(change, "partner_id")
    payload = {"company_id": change.entity_id, "by": turn.viewer.user_id, **sides}
    for kind, person in (("partner", sides["is"]), ("replaced", sides["was"])):
        if person not in (None, turn.viewer.user_id):
            yield Notice(person, "taken_back" if is_undo else kind, payload)


def _list_sides(change: Change, key: str) -> dict[str, Any]:
    return {"was": change.before.get(key), "is": change.after.get(key)}
