"""Decide from counts alone who is a contact and why; the order in which mail arrives has no influence.

Who only wrote in counts in no figure of a company, whatever the firm's rule: nobody else learns of them by a sum.

The firm's rule is `outreach` (we wrote to them, met them or are to meet them) or `exchange` (they also answered, or a
meeting was held). Each decision exists twice: for one row in Python, and as SQL for many rows.
"""

from typing import Final

_TERMS: Final = ("sent_count", "received_count", "meeting_count", "planned_count")


def is_contact(rule: str, sent: int, received: int, meetings: int, planned: int) -> bool:
    """Return whether somebody with these counts is a contact by the firm's rule."""
    if rule == "exchange":
        return (sent > 0 and received > 0) or meetings > 0
    return sent + meetings + planned > 0


def find_reason(sent: int, _received: int, meetings: int, planned: int) -> str:
    """Return the reason code: `met`, `wrote`, `planned` or `seen`.

    `seen` is somebody who only wrote to us, or is only on a stranger's invitation that nobody answered.
    """
    codes = ((meetings, "met"), (sent, "wrote"), (planned, "planned"))
    return next((code for count, code in codes if count > 0), "seen")


def get_rule_sql(rule: str, *, after: str = "") -> str:
    """Return `is_contact` as SQL over the columns of `contacts`, with `after` (a table) added to each count.

    A contact that was added by hand stays one.
    """
    sent, received, meetings, planned = _list_terms(after)
    if rule == "exchange":
        return f"(contacts.is_added OR {sent} > 0 AND {received} > 0 OR {meetings} > 0)"
    return f"(contacts.is_added OR {sent} > 0 OR {meetings} > 0 OR {planned} > 0)"


def get_reason_sql(*, after: str = "") -> str:
    """Return `find_reason` as SQL in the same way."""
    sent, _, meetings, planned = _list_terms(after)
    return (
        f"CASE WHEN {meetings} > 0 THEN 'met' WHEN {sent} > 0 THEN 'wrote' WHEN {planned} > 0 THEN 'planned'"
        " ELSE 'seen' END"
    )


def _list_terms(after: str) -> list[str]:
    return [f"(contacts.{term} + {after}.{term})" if after else f"contacts.{term}" for term in _TERMS]
