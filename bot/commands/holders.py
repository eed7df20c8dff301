"""Whose a company is, where a sentence takes it from somebody: `take Acme off Marc` says nothing of Anne's company."""

from collections.abc import Collection, Sequence

from bot.commands.inputs import tidy
from bot.commands.names import Meant, UnclearError, ask_which, choose
from bot.language import say
from bot.results.base import Result
from bot.results.choices import ME, NOBODY
from bot.results.questions import Option, Unclear
from bot.turn import Json, Turn
from storage.book import companies
from storage.book.companies import CompanyRow
from storage.firm import user_search


async def say_not_held(turn: Turn, holder: str, meant: Meant | Sequence[Meant], wanted: Json) -> Result | None:
    """Say whose a company is, where it is to be taken from somebody else; None where it is theirs, or nobody is named.

    `wanted` is the partner whom the company is to have, as a button asks for it.

    Raises `UnclearError` where nobody of the firm is called so.
    """
    name = tidy(holder)
    if not name:
        return None
    user_ids, name = await _find_holders(turn, name)
    ids = [meant.id] if isinstance(meant, Meant) else [one.id for one in meant]
    rows = (await turn.read(companies.get_company_rows, ids)).values()
    wrong = [row for row in rows if row.partner_id not in user_ids]
    if not wrong:
        return None
    lines = [_say_whose(turn, row, name) for row in wrong]
    lines.append(say(turn.language, "company_changes.not_held_unchanged"))
    options = [_offer(turn, row, wanted) for row in wrong if row.partner_id is not None]
    return Unclear(summary=" ".join(lines), options=options)


async def _find_holders(turn: Turn, name: str) -> tuple[Collection[int], str]:
    """Return the colleagues who may be meant, and what they are called; several of one name may all be."""
    if name == ME:
        return [turn.viewer.user_id], say(turn.language, "company_changes.you")
    matches = await turn.read(user_search.find_users, name)
    if not matches:
        raise UnclearError(ask_which(turn, name, [], lambda _: {}, "person"))
    match = choose(matches)
    return [one.id for one in matches] if match is None else [match.id], name if match is None else match.name


def _say_whose(turn: Turn, row: CompanyRow, name: str) -> str:
    """Say who is the partner of a company instead of whoever was named."""
    language = turn.language
    if row.partner_id is None:
        return say(language, "company_changes.not_held_free", company=row.name)
    is_own = row.partner_id == turn.viewer.user_id
    partner = say(language, "company_changes.you") if is_own else row.partner_name or ""
    return say(language, "company_changes.not_held", company=row.name, partner=partner, person=name)


def _offer(turn: Turn, row: CompanyRow, wanted: Json) -> Option:
    """Offer to take the company from whoever has it; another question comes before it is done."""
    is_own, is_left = row.partner_id == turn.viewer.user_id, wanted.get("person", NOBODY) in (None, NOBODY)
    key = "replace_partner_question" if not is_left else "set_nobody_question" if is_own else "replace_nobody_question"
    title = say(turn.language, f"company_changes.{key}", company=row.name, old=row.partner_name or "")
    data = {"verb": "company.set_partner", "company_id": row.id, "version": row.version, "is_guess": True}
    return Option(title, "", data | ({"user_id": NOBODY} if is_left else wanted))
