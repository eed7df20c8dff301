"""The list card: companies or contacts, a page at a time, with the filter in words and everything to narrow it."""

from collections.abc import Sequence
from typing import Any

from bot.cards import entries, filter_bar, kit
from bot.cards.actions import button, drop_fallbacks, toggle
from bot.cards.companies import draw_undo
from bot.cards.drawing import draws
from bot.cards.phrases import join, say_count, say_last, text
from bot.language import say
from bot.language.company_types import type_names
from bot.language.wording import clean, count_json_bytes, quote
from bot.results.list_state import LONGEST_STATE, shorten, state_of, weigh, weigh_state
from bot.results.lists import Listing, ListShown, PeopleFound, RowsGiven
from bot.results.titles import say_title, say_total
from bot.turn import Card, Json, Language, Reader
from storage.book.companies import CompanyRow
from storage.book.contacts import ContactRow
from storage.lists.paging import Page

_ROOM = 26_500
"""Bytes of JSON that we fill: Teams takes 28 KB."""
_FRAME = 6_500
_ROW = 960
_BUTTONS = 5
_VERB = weigh({"verb": "list"}) - 1
"""Bytes that the verb adds to a state."""
_NAME, _SHORTEST_NAME = 70, 10


def _draw_companies(reader: Reader, listing: Listing, page: Page[CompanyRow]) -> list[Json]:
    names = type_names(reader.language)
    back = _way_back(listing)
    limit = fit(listing, [row.name + (row.partner_name or "") for row in page.rows])
    return [
        entries.typed_row(
            clean(row.name, limit),
            _company_detail(reader, row, limit),
            row.type,
            names[row.type],
            "company.open",
            company_id=row.id,
            back=back,
        )
        for row in page.rows
    ]


def _draw_contacts(reader: Reader, listing: Listing, page: Page[ContactRow]) -> list[Json]:
    back = _way_back(listing)
    limit = fit(listing, [row.name + row.address + (row.company_name or "") for row in page.rows])
    return [
        entries.row(
            clean(row.name or row.address, limit),
            _contact_detail(reader, row, limit),
            "contact.open",
            contact_id=row.id,
            back=back,
        )
        for row in page.rows
    ]


def _company_detail(reader: Reader, row: CompanyRow, limit: int) -> str:
    language = reader.language
    partner = (
        say(language, "cards.row.partner", name=clean(row.partner_name, limit // 2))
        if row.partner_name
        else text(language, "row.no_partner")
    )
    return join((partner, *_history(reader, row)))


def _contact_detail(reader: Reader, row: ContactRow, limit: int) -> str:
    address = clean(" · ".join((row.address, *row.others)), limit) if row.name else " · ".join(row.others)
    return join((clean(row.company_name or "", limit // 2), address, *_history(reader, row)))


def _history(reader: Reader, row: CompanyRow | ContactRow) -> tuple[str, str]:
    return say_last(reader, row.last_at), say_count(reader.language, row.interaction_count)


@draws(ListShown)
def draw_list(reader: Reader, shown: ListShown) -> Card:
    """Draw a page of companies or of contacts."""
    language, listing, firm_count = reader.language, shown.listing, shown.firm_count
    draw: Any = _draw_companies if listing.filter.of == "companies" else _draw_contacts
    rows: list[Json] = draw(reader, listing, shown.page)
    total = say_total(language, listing.filter, shown.total, has_more=shown.has_more) if shown.total else ""
    body = [kit.title(say_title(language, listing)), kit.note(join((total, listing.words)))]
    if listing.note:
        body.append(kit.good_news(listing.note))
    if listing.not_understood:
        body.append(
            kit.warning(say(language, "cards.list.not_understood", words=quote(language, listing.not_understood)))
        )
    if not rows and firm_count and listing.read_so_far is None:
        body.append(kit.line(say_of_firm(reader, 0, firm_count)))
    elif not rows:
        body.append(kit.line(_say_empty(language, listing)))
    body += rows
    if not listing.is_in_public:
        body.append(filter_bar.draw(reader, listing.filter, listing.people, state_of(listing, None)))
    undo = draw_undo(reader, shown.audit_ids)
    actions = [undo, draw_way_to_firm(reader, listing, firm_count), *_draw_actions(reader, listing, shown.page)]
    card = kit.card(body, actions, is_wide=True)
    is_long = weigh_state(listing) > LONGEST_STATE
    return drop_fallbacks(card) if is_long and weigh(card) > _ROOM else card


def _say_empty(language: Language, listing: Listing) -> str:
    if listing.read_so_far is not None:
        return say(language, "cards.list.reading", percent=int(listing.read_so_far * 100))
    return text(language, "list.empty_mine" if listing.filter.scope == "mine" else "list.empty")


def _draw_actions(reader: Reader, listing: Listing, page: Page[Any]) -> list[Json | None]:
    language = reader.language
    paging = [
        button(text(language, f"list.{to}"), "list", **state_of(listing, cursor)) if cursor else None
        for to, cursor in (("previous", page.previous), ("next", page.next))
    ]
    if listing.is_in_public:
        return paging
    state = state_of(listing, listing.cursor)
    return [
        *paging,
        toggle(text(language, "list.narrow"), filter_bar.NAME),
        button(text(language, "list.save"), "list.save", **state),
        button(text(language, "list.more"), "list.more", **state),
    ]


def say_of_firm(reader: Reader, count: int, firm_count: int) -> str:
    """Say how many the firm has, beside the reader's own."""
    return say(reader.language, "counts.firm_has_too" if count else "counts.firm_has", count=firm_count)


def draw_way_to_firm(reader: Reader, listing: Listing, firm_count: int) -> Json | None:
    """Draw the way to the firm's list, where that has anything."""
    if not firm_count:
        return None
    firm = shorten(listing.filter.changed(scope="firm"))
    return button(say(reader.language, "counts.show_firm"), "list", filter=firm)


def _way_back(listing: Listing) -> Json | None:
    is_long = weigh_state(listing) + _VERB > LONGEST_STATE
    return None if is_long else {"verb": "list", **state_of(listing, listing.cursor)}


def fit(listing: Listing, texts: Sequence[str]) -> int:
    """Return how long a name may be, so that the card is not too large for Teams whatever script it is in."""
    state = weigh_state(listing)
    copies = 2 * (len(texts) + _BUTTONS) if state <= LONGEST_STATE else _BUTTONS
    room = _ROOM - _FRAME - len(texts) * _ROW - copies * state
    limit = _NAME
    while limit > _SHORTEST_NAME and sum(count_json_bytes(name[: limit * 2]) for name in texts) > room:
        limit = limit * 3 // 4
    return limit


@draws(RowsGiven)
@draws(PeopleFound)
def _draw_nothing(_reader: Reader, _given: RowsGiven | PeopleFound) -> None:
    """Return rows and people to choose from as data alone."""
