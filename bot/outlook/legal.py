"""What the privacy page says of one firm: who is responsible, whom to write to, why, and for how long."""

import html
from collections.abc import Collection, Iterator

import structlog

from bot.language import say
from bot.turn import Language
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from storage.firm.rule_values import FirmRules
from storage.firm.rules import get_rules
from storage.firm.tenants import get_served_firm

log = structlog.get_logger(__name__)


async def describe_firm(database: Database, tenants: Collection[str], wanted: str, language: Language) -> str:
    """Give the markup about the firm that is `wanted` (its Entra id), or about the only one there is; else nothing."""
    entra_id = wanted.strip().lower() or (next(iter(tenants)) if len(tenants) == 1 else "")
    if entra_id not in tenants:
        return ""
    try:
        async with database.reading(SYSTEM) as connection:
            firm = await get_served_firm(connection, entra_id)
            rules = await get_rules(connection, firm[0]) if firm else None
    except DatabaseError as error:
        log.warning("privacy_page_without_firm", reason=error.reason)
        return ""
    return "".join(_draw(language, firm[1], rules)) if firm and rules else ""


def _draw(language: Language, name: str, rules: FirmRules) -> Iterator[str]:
    heading = say(language, "firm.notice.title", name=name) if name else say(language, "firm.notice.title_unnamed")
    yield f"<h2>{html.escape(heading)}</h2>"
    for key, value in (
        ("controller", rules.controller),
        ("contact", rules.privacy_contact),
        ("basis", rules.legal_basis),
        ("kept", _say_kept(language, rules)),
    ):
        if value:
            yield f"<p><strong>{html.escape(say(language, f'firm.notice.{key}'))}</strong> {html.escape(value)}</p>"
    if rules.privacy_url:
        link, words = html.escape(rules.privacy_url), html.escape(say(language, "firm.notice.own"))
        yield f'<p><a href="{link}">{words}</a></p>'


def _say_kept(language: Language, rules: FirmRules) -> str:
    """Say how long mails, meetings and what leavers' mailboxes gave are kept, and whether subjects are."""
    days = rules.retention_days
    kept = say(language, "firm.notice.days", count=days) if days else say(language, "firm.notice.forever")
    left = rules.leaver_days
    leavers = "" if left < 0 else say(language, "firm.notice.leavers", count=left)
    subjects = say(language, "firm.notice.subjects" if rules.keeps_subjects else "firm.notice.no_subjects")
    return " ".join(filter(None, (kept, leavers, subjects)))
