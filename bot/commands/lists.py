"""Lists: asked for in words, narrowed on the card, page by page."""

from dataclasses import replace
from typing import Any

from bot.cards import filter_bar, lists
from bot.cards.kit import Json
from bot.cards.list_work import draw_more, draw_save, draw_ticks
from bot.cards.lists import Listing, count_rows, draw_companies, draw_contacts, say_title, state_of
from bot.cards.types_list import TypeGroup, draw_types
from bot.cards.views import say_name
from bot.commands.data import Names, read_cursor, read_filter, read_names, read_number, read_strings, read_text
from bot.commands.resolving import find_company, find_person
from bot.errors import NotFoundError
from bot.language import describe
from bot.turn import Reply, Router, Turn
from storage.book import companies, contacts
from storage.firm import users
from storage.lists.filters import Filter, to_json
from storage.models import CompanyType
from storage.views import views
from storage.views.views import ViewRow

router = Router()
_TYPE_ROWS = 3
_KEPT = ("name", "view_id", "format")
"""What an ask about a list may carry beside the list."""


@router.verb("list")
async def show_list(turn: Turn, note: str = "") -> Reply:
    """Show a page of what was asked for."""
    if turn.ask.data.get("group") == "type":
        return await _show_types(turn)
    listing = await read_listing(turn)
    return await show_page(turn, replace(listing, note=note) if note else listing)


@router.verb("list.narrow")
async def narrow_list(turn: Turn) -> Reply:
    """Show the first page of the list as its filter bar says."""
    listing = await read_listing(turn)
    filter_ = filter_bar.read(listing.filter, turn.ask.data)
    return await show_page(turn, await complete(turn, replace(listing, filter=filter_, cursor=None)))


@router.verb("list.save")
async def ask_for_name(turn: Turn) -> Reply:
    """Ask under which name the list is to be saved."""
    listing = await read_listing(turn)
    own = await _find_own_view(turn, listing.view_id)
    card = draw_save(turn.reader, listing.words, state_of(listing, listing.cursor), own)
    return Reply(card, summary=listing.words)


@router.verb("list.more")
async def show_more(turn: Turn) -> Reply:
    """Show what else can be done with the list."""
    listing = await read_listing(turn)
    title = say_title(turn.reader, listing)
    is_of_companies = listing.filter.of == "companies"
    state = state_of(listing, listing.cursor)
    card = draw_more(turn.reader, title, listing.words, state, is_of_companies=is_of_companies)
    return Reply(card, summary=title)


@router.verb("list.tick")
async def show_ticks(turn: Turn) -> Reply:
    """Show the page with a tick box for each company."""
    listing = await read_listing(turn)
    page = await companies.list_companies(
        turn.connection,
        turn.viewer,
        listing.filter.changed(of="companies", company_id=None),
        now=turn.now,
        cursor=listing.cursor,
        limit=count_rows(listing),
    )
    title = say_title(turn.reader, listing)
    state = state_of(listing, listing.cursor)
    limit = lists.fit(listing, [row.name for row in page.rows])
    card = draw_ticks(turn.reader, page.rows, state, title=title, words=listing.words, limit=limit)
    return Reply(card, summary=title)


async def show_page(turn: Turn, listing: Listing) -> Reply:
    """Show a page of a list that is ready to be read."""
    read = companies.list_companies if listing.filter.of == "companies" else contacts.list_contacts
    page: Any = await read(
        turn.connection,
        turn.viewer,
        listing.filter,
        now=turn.now,
        cursor=listing.cursor,
        limit=count_rows(listing),
    )
    draw: Any = draw_companies if listing.filter.of == "companies" else draw_contacts
    data = {
        "filter": to_json(listing.filter),
        "view_id": listing.view_id,
        "next": page.next,
        "previous": page.previous,
        "row_count": len(page.rows),
    }
    return Reply(draw(turn.reader, listing, page), summary=say_title(turn.reader, listing), data=data)


async def read_listing(turn: Turn) -> Listing:
    """Return the list that the ask is about: a view, or a filter with the names that were typed."""
    data = turn.ask.data
    filter_ = read_filter(data)
    view = await _find_view(turn, filter_)
    is_narrowed = bool(data.get("filter")) and data.get("view_id") is not None
    if view is not None and not is_narrowed:
        filter_ = view.filter
    filter_, _ = await name_people(turn, filter_, read_names(data))
    listing = Listing(
        filter=filter_,
        words="",
        title="" if view is None else say_name(turn.language, view),
        view_id=None if view is None else view.id,
        cursor=read_cursor(data),
        not_understood=read_strings(data, "not_understood"),
        is_in_public=turn.is_shared,
    )
    return await complete(turn, listing)


async def complete(turn: Turn, listing: Listing) -> Listing:
    """Look up the names behind the numbers in the filter, and say the filter in words.

    Raises `NotFoundError` for contacts at a company that the viewer does not see.
    """
    filter_ = listing.filter
    people = await users.get_user_names(turn.connection, turn.viewer, filter_.user_ids)
    company = ""
    if filter_.company_id is not None:
        rows = await companies.get_company_rows(turn.connection, turn.viewer, [filter_.company_id])
        if filter_.company_id not in rows:
            raise NotFoundError
        company = rows[filter_.company_id].name
    words = describe(filter_, turn.language, people, company)
    return replace(listing, words=words, people=people, company_name=company)


async def _find_view(turn: Turn, filter_: Filter) -> ViewRow | None:
    """Return the view that is asked for by its number or its very name, or the reader's default."""
    data = turn.ask.data
    if turn.is_shared:
        return None
    view_id = read_number(data, "view_id")
    if view_id is not None:
        return await views.get_view(turn.connection, turn.viewer, view_id)
    name = read_text(data, "text")
    if not name:
        return None
    may_be_view = turn.ask.may_name_view
    named = await views.find_view_named(turn.connection, turn.viewer, name) if may_be_view else None
    if named is not None:
        return await views.get_view(turn.connection, turn.viewer, named)
    if filter_ == Filter() and not data.get("names") and not data.get("is_scope_given"):
        return await views.get_default_view(turn.connection, turn.viewer)
    return None


async def _find_own_view(turn: Turn, view_id: int | None) -> ViewRow | None:
    if view_id is None:
        return None
    view = await views.get_view(turn.connection, turn.viewer, view_id)
    return view if view is not None and view.is_own else None


async def name_people(turn: Turn, filter_: Filter, names: Names) -> tuple[Filter, bool]:
    """Return the filter with the names of a sentence in it, and whether all of them were exact.

    Raises `UnclearError` where one means several.
    """
    is_exact = True
    rest = {part: list(given) for part, given in names.items()}
    for part in ("partner", "known_by"):
        while rest.get(part):
            name = rest[part].pop(0)
            person = await find_person(turn, name, _asking_again(turn, filter_, rest, part))
            filter_, is_exact = _fill(filter_, part, person.id), is_exact and person.is_exact
    for name in rest.pop("company", [])[:1]:
        if not await companies.find_companies(turn.connection, turn.viewer, name):
            if colleague := names.get("colleague"):
                return await name_people(turn, filter_.changed(of="contacts"), {"known_by": colleague})
            called = filter_.changed(of="contacts", text=name)
            if not filter_.text and await _has_contacts(turn, called):
                return called, False
        named = replace(turn, ask=replace(turn.ask, data={"name": name}))
        company = await find_company(named, _asking_again(turn, filter_, rest, "company"))
        filter_, is_exact = _fill(filter_, "company", company.id), is_exact and company.is_exact
    return filter_, is_exact


async def _has_contacts(turn: Turn, filter_: Filter) -> bool:
    """Say whether a name that no company has is one of people: `contacts martin`."""
    page = await contacts.list_contacts(turn.connection, turn.viewer, filter_, now=turn.now, limit=1)
    return bool(page.rows)


def _fill(filter_: Filter, part: str, number: int) -> Filter:
    """Put a number in the place of a name."""
    if part == "partner":
        return filter_.changed(partners=(*filter_.partners, number))
    if part == "company":
        return filter_.changed(of="contacts", company_id=number)
    return filter_.changed(known_by=number)


def _asking_again(turn: Turn, filter_: Filter, rest: Names, part: str) -> Any:
    """Return what makes the data of the same list with a number in the place of one name; `rest` are still names."""
    kept = {key: turn.ask.data[key] for key in _KEPT if key in turn.ask.data}
    left = {key: list(names) for key, names in rest.items() if names}

    def make(number: int) -> Json:
        return {**kept, "verb": turn.ask.verb, "filter": to_json(_fill(filter_, part, number)), "names": left}

    return make


async def _show_types(turn: Turn) -> Reply:
    """Show the companies type by type: the latest of each, and the way to its list."""
    filter_ = read_filter(turn.ask.data).changed(of="companies", company_id=None)
    groups = []
    for type_ in filter_.types or (*CompanyType, None):
        of_type = filter_.changed(types=(type_,))
        page = await companies.list_companies(turn.connection, turn.viewer, of_type, now=turn.now, limit=_TYPE_ROWS)
        groups.append(TypeGroup(type_, lists.shorten(of_type), page.rows, has_more=page.next is not None))
    card = draw_types(turn.reader, groups, filter_.scope)
    return Reply(card, summary=card["body"][0]["inlines"][0]["text"])
