"""The companies that nobody has sorted out yet: the list of them, and one card after the other."""

from bot.cards import entries, kit
from bot.cards.actions import button, primary, submit
from bot.cards.companies import draw_facts, draw_note, draw_undo, say_today, suggest
from bot.cards.drawing import draws
from bot.cards.inputs import choose_person, choose_visibly
from bot.cards.phrases import join, say_count, say_last, text, type_choices
from bot.language import say
from bot.language.company_types import type_names
from bot.language.wording import clean
from bot.results.companies import UnsortedListed, UnsortedShown
from bot.turn import Card, Json, Reader
from storage.book.companies import CompanyDetail, CompanyRow
from storage.lists.filters import Scope
from storage.lists.paging import Page

_NAME = 60


def draw_companies_to_sort_out(
    reader: Reader, page: Page[CompanyRow], scope: Scope, note: str = "", audit_ids: tuple[int, ...] = ()
) -> Card:
    """Draw a page of the companies without type or partner, and the button that begins the work."""
    language = reader.language
    body = [kit.title(text(language, "sorting.title")), kit.note(text(language, "sorting.hint")), *draw_note(note)]
    if not page.rows:
        body.append(kit.line(text(language, "sorting.none")))
    body += [_draw_row(reader, row) for row in page.rows]
    paging = [
        button(text(language, f"list.{to}"), "companies.sort_out", cursor=cursor, scope=scope) if cursor else None
        for to, cursor in (("previous", page.previous), ("next", page.next))
    ]
    begin = primary(text(language, "sorting.begin"), "companies.sort_next", scope=scope) if page.rows else None
    undo = draw_undo(reader, audit_ids, {"verb": "companies.sort_out", "scope": scope})
    return kit.card(body, [begin, *paging, undo], is_wide=True)


def _draw_row(reader: Reader, row: CompanyRow) -> Json:
    language = reader.language
    partner = text(language, "row.no_partner")
    if row.partner_name:
        partner = say(language, "cards.row.partner", name=clean(row.partner_name, 40))
    return entries.typed_row(
        clean(row.name, _NAME),
        join((partner, say_last(reader, row.last_at), say_count(language, row.interaction_count))),
        row.type,
        type_names(language)[row.type],
        "company.open",
        company_id=row.id,
        back={"verb": "companies.sort_out"},
    )


def draw_next(
    reader: Reader,
    company: CompanyDetail,
    cursor: str | None,
    scope: Scope,
    *,
    note: str = "",
    audit_ids: tuple[int, ...] = (),
) -> Card:
    """Draw one company to sort out: type and partner, then on to the next; `cursor` is the place of the next one."""
    language = reader.language
    head = entries.headed(clean(company.name), company.type, type_names(language)[company.type])
    type_ = choose_visibly("type", text(language, "company.type"), type_choices(language)[:-1], company.type)
    person = choose_person(
        "user_id",
        text(language, "company.partner"),
        say_today(reader, company),
        suggest(reader, company),
    )
    body = [head, *draw_note(note), *draw_facts(reader, company), kit.box([type_, person])]
    carried = {"company_id": company.id, "version": company.version, "cursor": cursor, "scope": scope}
    actions = [
        submit(text(language, "sorting.save"), "companies.sort_save", **carried),
        button(text(language, "sorting.skip"), "companies.sort_next", cursor=cursor, scope=scope) if cursor else None,
        draw_undo(reader, audit_ids, {"verb": "companies.sort_next", "scope": scope}),
        button(text(language, "sorting.stop"), "companies.sort_out", scope=scope),
    ]
    return kit.card(body, actions)


@draws(UnsortedListed)
def _draw_unsorted(reader: Reader, listed: UnsortedListed) -> Card:
    return draw_companies_to_sort_out(reader, listed.page, listed.scope, listed.note, listed.audit_ids)


@draws(UnsortedShown)
def _draw_next(reader: Reader, shown: UnsortedShown) -> Card:
    return draw_next(reader, shown.company, shown.next, shown.scope, note=shown.note, audit_ids=shown.audit_ids)
