"""From what a command returns to the card that says it: one function for each kind of result."""

from collections.abc import Callable
from typing import Any, Final

from bot.cards.companies import Opened, draw_back, draw_company, draw_undo
from bot.cards.contacts import draw_contact, draw_reason
from bot.cards.files import draw_delivered, draw_offer
from bot.cards.list_work import draw_more, draw_save, draw_ticks
from bot.cards.lists import draw_companies, draw_contacts, fit, say_title, state_of
from bot.cards.notice_settings import draw_notice_settings
from bot.cards.pane import draw_item
from bot.cards.phrases import join, say_last, type_names
from bot.cards.questions import draw_confirmation, draw_conflict, draw_done, draw_message, draw_which
from bot.cards.sharing import draw_shared_company, draw_shared_contact, draw_shared_view
from bot.cards.sorting import draw_companies_to_sort_out, draw_next
from bot.cards.status import draw_status
from bot.cards.types_list import draw_types
from bot.cards.views import draw_settings, draw_views
from bot.cards.welcome import draw_hello, draw_help, draw_turned, draw_unknown
from bot.cards.wording import clean
from bot.language import say
from bot.results import companies, firm, lists, questions
from bot.results.base import Result
from bot.turn import Card, Circle, Item, Reader, Reply

Draw = Callable[[Reader, Any], Card | None]


def draw_reply(reader: Reader, result: Result) -> Reply:
    """Return the reply that says a result to a reader."""
    return Reply(
        card=DRAWN[type(result)](reader, result),
        notices=result.notices,
        summary=result.summary,
        choices=result.choices if isinstance(result, lists.PeopleFound) else (),
        items=_draw_items(reader, result) if isinstance(result, companies.Found) else (),
        file=result.file if isinstance(result, lists.FileOffered | lists.FileMade) else None,
        record=result.record,
        is_error=result.is_error,
        code=result.code,
        found=result,
    )


def _draw_said(reader: Reader, said: questions.Said) -> Card:
    return draw_message(reader, said.summary, said.lines, said.suggestions, said.back)


def _draw_asked(reader: Reader, asked: questions.Asked) -> Card:
    yes = say(reader.language, "commands.yes")
    return draw_confirmation(reader, asked.summary, yes, asked.again, details=asked.details, back=asked.back)


def _draw_unclear(reader: Reader, unclear: questions.Unclear) -> Card:
    return draw_which(reader, unclear.summary, unclear.options)


def _draw_conflict(reader: Reader, found: questions.Conflict) -> Card:
    return draw_conflict(reader, found.summary, found.now_is, anyway=found.anyway, leave=found.leave)


def _draw_done(reader: Reader, done: questions.Done) -> Card:
    actions = [draw_undo(reader, done.audit_ids, done.back), draw_back(reader, done.back)]
    return draw_done(reader, done.summary, actions, done.lines)


def _draw_company(reader: Reader, shown: companies.CompanyShown) -> Card:
    if reader.surface == "extension":
        return draw_shared_company(reader, shown.company, reader.circle)
    opened = Opened(shown.note, shown.audit_ids, shown.back, is_in_public=reader.is_shared)
    return draw_company(reader, shown.company, opened)


def _draw_contact(reader: Reader, shown: companies.ContactShown) -> Card:
    contact = shown.contact
    if reader.surface == "extension":
        return draw_shared_contact(reader, contact.name, contact.address, contact.company_name, reader.circle)
    opened = Opened(shown.note, shown.audit_ids, shown.back, is_in_public=reader.is_shared)
    return draw_contact(reader, contact, opened)


def _draw_list(reader: Reader, shown: lists.ListShown) -> Card:
    draw: Any = draw_companies if shown.listing.filter.of == "companies" else draw_contacts
    card: Card = draw(reader, shown.listing, shown.page)
    return card


def _draw_ticks(reader: Reader, shown: lists.TicksShown) -> Card:
    listing = shown.listing
    return draw_ticks(
        reader,
        shown.rows,
        state_of(listing, listing.cursor),
        title=say_title(reader, listing),
        words=listing.words,
        limit=fit(listing, [row.name for row in shown.rows]),
    )


def _draw_choices(reader: Reader, shown: lists.ListChoices) -> Card:
    listing = shown.listing
    state = state_of(listing, listing.cursor)
    is_of_companies = listing.filter.of == "companies"
    return draw_more(reader, say_title(reader, listing), listing.words, state, is_of_companies=is_of_companies)


def _draw_name_wanted(reader: Reader, wanted: lists.NameWanted) -> Card:
    listing = wanted.listing
    return draw_save(reader, listing.words, state_of(listing, listing.cursor), wanted.own)


def _draw_views(reader: Reader, listed: lists.ViewsListed) -> Card:
    return draw_views(
        reader,
        [view.row for view in listed.views],
        [view.words for view in listed.views],
        start=listed.start,
        hidden_count=listed.hidden_count,
        note=listed.note,
        audit_ids=listed.audit_ids,
    )


def _draw_view(reader: Reader, shown: lists.ViewShown) -> Card:
    view = shown.view
    return draw_settings(
        reader, view.row, view.words, readers=shown.readers, note=shown.note, audit_ids=shown.audit_ids
    )


def _draw_next(reader: Reader, shown: companies.UnsortedShown) -> Card:
    return draw_next(reader, shown.company, shown.next, shown.scope, note=shown.note, audit_ids=shown.audit_ids)


def _draw_view_shared(reader: Reader, view: companies.FoundView) -> Card:
    return draw_shared_view(reader, view.name, view.words, {"verb": "list", "filter": view.filter}, reader.circle)


def _draw_items(reader: Reader, result: companies.Found) -> tuple[Item, ...]:
    return tuple(_draw_item(reader, found) for found in result.found)


def _draw_item(reader: Reader, found: companies.FoundCompany | companies.FoundContact | companies.FoundView) -> Item:
    """Draw a line to pick, and the card that is then put into the message."""
    if isinstance(found, companies.FoundCompany):
        company = found.company
        type_ = type_names(reader.language)[company.type]
        detail = join((type_, company.partner_name or "", company.domains[0] if company.domains else ""))
        return Item(clean(company.name, 80), clean(detail, 120), draw_shared_company(reader, company, reader.circle))
    if isinstance(found, companies.FoundView):
        return Item(clean(found.name, 80), clean(found.words, 120), _draw_view_shared(reader, found))
    detail = join((found.company_name, found.address, say_last(reader, found.last_at)))
    card = draw_shared_contact(reader, found.name, found.address, found.company_name or None, reader.circle)
    return Item(clean(found.name or found.address, 80), clean(detail, 120), card)


DRAWN: Final[dict[type[Result], Draw]] = {
    questions.Said: _draw_said,
    questions.Asked: _draw_asked,
    questions.Unclear: _draw_unclear,
    questions.Conflict: _draw_conflict,
    questions.Done: _draw_done,
    questions.Greeted: lambda reader, greeted: draw_hello(reader, greeted.name),
    questions.HelpShown: lambda reader, _: draw_help(reader),
    questions.NotUnderstood: lambda reader, given: draw_unknown(reader, given.text, tuple(given.suggestions)),
    questions.TurnedRound: lambda reader, turned: draw_turned(reader, turned.summary, turned.options),
    companies.CompanyShown: _draw_company,
    companies.CompanyShared: lambda reader, shared: draw_shared_company(
        reader, shared.company, Circle(is_of_the_firm=True)
    ),
    companies.ContactShown: _draw_contact,
    companies.Explained: lambda reader, explained: draw_reason(reader, explained.person, explained.back),
    companies.ItemShown: lambda reader, shown: draw_item(reader, shown.item, shown.mode, shown.back),
    companies.UnsortedListed: lambda reader, listed: draw_companies_to_sort_out(
        reader, listed.page, listed.scope, listed.note
    ),
    companies.UnsortedShown: _draw_next,
    companies.Found: lambda _reader, _found: None,
    companies.ViewShared: lambda reader, shared: _draw_view_shared(reader, shared.view),
    lists.ListShown: _draw_list,
    lists.RowsGiven: lambda _reader, _given: None,
    lists.NameWanted: _draw_name_wanted,
    lists.ListChoices: _draw_choices,
    lists.TicksShown: _draw_ticks,
    lists.TypesListed: lambda reader, listed: draw_types(reader, listed.groups, listed.scope),
    lists.PeopleFound: lambda _reader, _found: None,
    lists.FileOffered: lambda reader, offered: draw_offer(reader, offered.file, offered.words),
    lists.FileMade: lambda reader, made: draw_delivered(reader, made.file.name, made.row_count),
    lists.ViewsListed: _draw_views,
    lists.ViewShown: _draw_view,
    firm.StatusShown: lambda reader, shown: draw_status(reader, shown.status),
    firm.NoticeSettingsShown: lambda reader, shown: draw_notice_settings(reader, shown.preferences, shown.note),
}
"""Each kind of result, and what draws it; what has no card is given as data alone."""
