"""Whom a change of a company concerns besides the one who made it."""

from bot.turn import Notice, Turn
from storage.record.changes import Change


def tell(turn: Turn, changes: tuple[Change, ...], *, is_on_card: bool = False) -> tuple[Notice, ...]:
    """Return whom to tell: who was made partner, and whoever was asked what a company is.

    `is_on_card`: a button of a card made the change, so that the card of the question shows it already.
    """
    notices = []
    for change in changes:
        if not change.is_changed or change.of != "company":
            continue
        if change.action == "company.set_type":
            answer = {"company_id": change.entity_id, "is_on_card": is_on_card and turn.is_in_own_chat}
            notices.append(Notice(turn.viewer.user_id, "answered", answer))
        partner_id = change.after.get("partner_id") if change.action == "company.set_partner" else None
        if partner_id is not None and partner_id != turn.viewer.user_id:
            payload = {"company_id": change.entity_id, "by": turn.viewer.user_id}
            notices.append(Notice(partner_id, "partner", payload))
    return tuple(notices)
