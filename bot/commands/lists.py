"""Lists: asked for in words, narrowed on the card, page by page."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from bot.cards import filter_bar, lists
from bot.cards.kit import Json
from bot.cards.lists import count_rows, say_title
from bot.cards.types_list import say_types
from bot.cards.views import say_name
from bot.commands.inputs import Cursor, Names, Strings, ViewId, Words, read_names, tidy
from bot.commands.resolving import AskAgain, Meant, find_company, find_person
from bot.errors import NotFoundError
from bot.language import describe
from bot.results.lists import (
    ListChoices,
    Listing,
    ListShown,
    NameWanted,
    TicksShown,
    TypeGroup,
    TypesListed,
)
from bot.turn import Turn
from bot.verbs import EVERYONE, EXTENSION, GROUP, OWN, Input, Router, write_ask
from storage.book import companies, contacts
from storage.firm import users
from storage.lists.filters import Filter, from_json, to_json
from storage.models import CompanyType
from storage.views import views
from storage.views.views import ViewRow

router = Router()
_TYPE_ROWS = 3
_STRINGS = 10
Choices = Annotated[str, Meta(max_length=200)]
"""What an input of the filter bar gives: a value, or several with commas between them."""


class ShowList(Input, frozen=True):
    """A list: a filter with the names that were typed, a saved view, or a place in one of them."""

    filter: dict[str, Any] | UnsetType = UNSET
    """A filter as JSON (`storage.lists.filters`)."""
    view_id: ViewId | None = None
    cursor: Cursor = ""
    names: Mapping[str, Words | Strings] = msgspec.field(default_factory=dict)
    """What people and companies were called, by their part in the filter."""
    text: Words = ""
    """The words without the verb: a view of that very name is shown where not all of them are understood."""
    not_understood: Strings = ()
    is_scope_given: bool = False
    """Mine or firm was said, not assumed."""
    group: Literal["type"] | None = None

    @property
    def has_filter(self) -> bool:
        """Whether a filter that says something was given."""
        return bool(self.filter) and self.filter is not UNSET

    @property
    def is_personal(self) -> bool:
        """Whether the list is the asker's own: of their scope, or about "me"."""
        if self.view_id is not None or self.filter is UNSET:
            return True
        people = [self.filter.get(part) for part in ("partner", "not_partner", "known_by")]
        is_about_me = any("me" in (who if isinstance(who, list | tuple) else [who]) for who in people)
        return self.filter.get("scope", "mine") != "firm" or is_about_me


class NarrowList(ShowList, frozen=True):
    """A list, and what its filter bar says; an input that is not there changes nothing."""

    types: Choices | UnsetType = UNSET
    partner: Choices | UnsetType = UNSET
    scope: Choices | UnsetType = UNSET
    period: Choices | UnsetType = UNSET
    sort: Choices | UnsetType = UNSET
    met: Choices | UnsetType = UNSET


class OfList(ShowList, frozen=True):
    """Something to do with a list: "this" is the list that was shown last."""

    this: ClassVar[str] = "filter"
    given_by: ClassVar[frozenset[str]] = frozenset({"filter"})


@router.verb(
    "list",
    ShowList,
    writes=False,
    roles=EVERYONE,
    where=OWN | GROUP | EXTENSION,
    versioned=False,
    remembered=True,
    said=True,
    leads=True,
)
async def show_list(turn: Turn, given: ShowList, note: str = "") -> ListShown | TypesListed:
    """Show a page of what was asked for."""
    if given.group == "type":
        return await _show_types(turn, given)
    listing = await read_listing(turn, given)
    return await show_page(turn, replace(listing, note=note) if note else listing)


@router.verb(
    "list.narrow",
    NarrowList,
    writes=False,
    roles=EVERYONE,
    where=OWN,
    versioned=False,
    remembered=True,
    said=False,
    leads=False,
)
async def narrow_list(turn: Turn, given: NarrowList) -> ListShown:
    """Show the first page of the list as its filter bar says."""
    listing = await read_listing(turn, given)
    inputs = {key: getattr(given, key) for key in ("types", "partner", "scope", "period", "sort")}
    filter_ = filter_bar.read(listing.filter, inputs)
    return await show_page(turn, await complete(turn, replace(listing, filter=filter_, cursor=None)))


@router.verb(
    "list.save",
    ShowList,
    writes=False,
    roles=EVERYONE,
    where=OWN,
    versioned=False,
    remembered=False,
    said=False,
    leads=False,
)
async def ask_for_name(turn: Turn, given: ShowList) -> NameWanted:
    """Ask under which name the list is to be saved."""
    listing = await read_listing(turn, given)
    own = await _find_own_view(turn, listing.view_id)
    return NameWanted(summary=listing.words, listing=listing, own=own)


@router.verb(
    "list.more",
    ShowList,
    writes=False,
    roles=EVERYONE,
    where=OWN,
    versioned=False,
    remembered=False,
    said=False,
    leads=False,
)
async def show_more(turn: Turn, given: ShowList) -> ListChoices:
    """Show what else can be done with the list."""
    listing = await read_listing(turn, given)
    return ListChoices(summary=say_title(turn.reader, listing), listing=listing)


@router.verb(
    "list.tick",
    ShowList,
    writes=False,
    roles=EVERYONE,
    where=OWN,
    versioned=False,
    remembered=False,
    said=False,
    leads=False,
)
async def show_ticks(turn: Turn, given: ShowList) -> TicksShown:
    """Show the page with a tick box for each company."""
    listing = await read_listing(turn, given)
    page = await companies.list_companies(
        turn.connection,
        turn.viewer,
        listing.filter.changed(of="companies", company_id=None),
        now=turn.now,
        cursor=listing.cursor,
        limit=count_rows(listing),
    )
    return TicksShown(summary=say_title(turn.reader, listing), listing=listing, rows=page.rows)


def read_list(data: Mapping[str, Any]) -> ShowList:
    """Return a list that another ask carries; raises `BadRequestError` as the door does."""
    given = router.get("list").read(data)
    if not isinstance(given, ShowList):
        raise TypeError
    return given


async def show_page(turn: Turn, listing: Listing) -> ListShown:
    """Show a page of a list that is ready to be read."""
    page = await read_page(turn, listing.filter, listing.cursor, count_rows(listing))
    return ListShown(summary=say_title(turn.reader, listing), listing=listing, page=page)


async def read_page(turn: Turn, filter_: Filter, cursor: str | None, limit: int) -> Any:
    """Read a page of companies or of contacts, whichever the filter is of."""
    read: Any = companies.list_companies if filter_.of == "companies" else contacts.list_contacts
    return await read(turn.connection, turn.viewer, filter_, now=turn.now, cursor=cursor, limit=limit)


def read_filter(given: ShowList) -> Filter:
    """Return the filter asked for; raises `FilterError`."""
    return from_json(given.filter or {} if given.filter is not UNSET else {})


async def read_listing(turn: Turn, given: ShowList) -> Listing:
    """Return the list that is asked for: a view, or a filter with the names that were typed."""
    filter_ = read_filter(given)
    view = await _find_view(turn, given, filter_)
    is_narrowed = given.has_filter and given.view_id is not None
    if view is not None and not is_narrowed:
        filter_ = view.filter
    filter_, _ = await name_people(turn, filter_, read_names(given.names), asking_again(turn, given))
    listing = Listing(
        filter=filter_,
        words="",
        title="" if view is None else say_name(turn.language, view),
        view_id=None if view is None else view.id,
        cursor=given.cursor or None,
        not_understood=tuple(tidy(words) for words in given.not_understood[:_STRINGS]),
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
    ids = [number for number in (filter_.company_id, *filter_.not_company_ids) if number is not None]
    rows = await companies.get_company_rows(turn.connection, turn.viewer, ids) if ids else {}
    if filter_.company_id is not None:
        if filter_.company_id not in rows:
            raise NotFoundError
        company = rows[filter_.company_id].name
    others = {number: row.name for number, row in rows.items()}
    words = describe(filter_, turn.language, people, company, others)
    return replace(listing, words=words, people=people, company_name=company)


async def _find_view(turn: Turn, given: ShowList, filter_: Filter) -> ViewRow | None:
    """Return the view that is asked for by its number or its very name, or the reader's default."""
    if turn.is_shared:
        return None
    if given.view_id is not None:
        return await views.get_view(turn.connection, turn.viewer, given.view_id)
    name = tidy(given.text)
    if not name:
        return None
    # What is understood as a whole comes before a view's name; `view ...` opens it.
    is_whole = given.filter is not UNSET and not given.not_understood
    may_be_view = turn.may_name_view and not is_whole
    named = await views.find_view_named(turn.connection, turn.viewer, name) if may_be_view else None
    if named is not None:
        return await views.get_view(turn.connection, turn.viewer, named)
    if filter_ == Filter() and not given.names and not given.is_scope_given:
        return await views.get_default_view(turn.connection, turn.viewer)
    return None


async def _find_own_view(turn: Turn, view_id: int | None) -> ViewRow | None:
    if view_id is None:
        return None
    view = await views.get_view(turn.connection, turn.viewer, view_id)
    return view if view is not None and view.is_own else None


Named = Any
"""Gives what a button carries to ask the same again with another filter, and the names that are left."""


def asking_again(turn: Turn, given: ShowList) -> Named:
    """Return what asks the same again of another filter and other names."""

    def make(filter_: Filter, names: Mapping[str, Any]) -> Json:
        return write_ask(turn.verb, given, filter=to_json(filter_), names=dict(names), text="")

    return make


async def name_people(turn: Turn, filter_: Filter, names: Names, again: Named) -> tuple[Filter, bool]:
    """Return the filter with the names of a sentence in it, and whether all of them were exact.

    Raises `UnclearError` where one means several.
    """
    is_exact = True
    rest = {part: list(given) for part, given in names.items()}
    for part in ("partner", "not_partner", "known_by"):
        while rest.get(part):
            name = rest[part].pop(0)
            person = await find_person(turn, name, _fill_again(again, filter_, rest, part))
            filter_, is_exact = _fill(filter_, part, person.id), is_exact and person.is_exact
    while rest.get("not_company"):
        name = rest["not_company"].pop(0)
        company = await find_company(turn, name, _fill_again(again, filter_, rest, "not_company"))
        filter_, is_exact = _fill(filter_, "not_company", company.id), is_exact and company.is_exact
    for name in rest.pop("company", [])[:1]:
        if not await companies.find_companies(turn.connection, turn.viewer, name):
            if colleague := names.get("colleague"):
                return await name_people(turn, filter_.changed(of="contacts"), {"known_by": colleague}, again)
            called = filter_.changed(of="contacts", text=name)
            if not filter_.text and await _has_contacts(turn, called):
                return called, False
        company = await find_company(turn, name, _fill_again(again, filter_, rest, "company"))
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
    if part == "not_partner":
        return filter_.changed(not_partners=(*filter_.not_partners, number))
    if part == "not_company":
        return filter_.changed(not_company_ids=(*filter_.not_company_ids, number))
    if part == "company":
        return filter_.changed(of="contacts", company_id=number)
    return filter_.changed(known_by=number)


def _fill_again(again: Named, filter_: Filter, rest: Names, part: str) -> AskAgain:
    """Return what asks for the same list with a number in the place of one name; `rest` are still names."""
    left = {key: list(names) for key, names in rest.items() if names}

    def make(meant: Meant) -> Json:
        asked: Json = again(_fill(filter_, part, meant.id), left)
        return asked

    return make


async def _show_types(turn: Turn, given: ShowList) -> TypesListed:
    """Show the companies type by type: the latest of each, and the way to its list."""
    filter_ = read_filter(given).changed(of="companies", company_id=None)
    groups = []
    for type_ in filter_.types or (*CompanyType, None):
        of_type = filter_.changed(types=(type_,))
        page = await companies.list_companies(turn.connection, turn.viewer, of_type, now=turn.now, limit=_TYPE_ROWS)
        groups.append(TypeGroup(type_, lists.shorten(of_type), page.rows, has_more=page.next is not None))
    return TypesListed(summary=say_types(turn.reader), groups=groups, scope=filter_.scope)
