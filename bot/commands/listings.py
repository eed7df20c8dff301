"""A list that is asked for: its filter with the names in it, or the view that is meant."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace as replace_input

from bot.commands.inputs import Cursor, FilterJson, NamePart, Names, Strings, ViewId, Words, read_names, tidy
from bot.commands.names import AskAgain, Meant, UnclearError, find_company, find_person, has_name
from bot.errors import NotFoundError
from bot.language import describe
from bot.language.company_types import say_no_type, type_names
from bot.results.base import Result
from bot.results.lists import (
    Listing,
)
from bot.results.questions import Option, Unclear
from bot.results.titles import say_name
from bot.turn import Json, Turn
from bot.verb_inputs import Input, read_input, write_ask
from storage.book import companies, contacts
from storage.firm import users
from storage.lists.filters import Filter, from_json, to_json
from storage.lists.statement import count_rows
from storage.lists.words import list_search_words
from storage.models import CompanyType
from storage.queue.health import get_first_progress
from storage.text.names import words
from storage.views import views
from storage.views.views import ViewRow

_PEOPLE: tuple[NamePart, ...] = ("partner", "not_partner", "known_by", "not_known_by", "not_met_by")
_FIELDS = {"partner": "partners", "not_partner": "not_partners", "not_company": "not_company_ids"}
_STRINGS = 10


class ShowList(Input, frozen=True):
    """A list: a filter with the names that were typed, a saved view, or a place in one of them."""

    filter: FilterJson | UnsetType = UNSET
    """A filter as JSON (`storage.lists.filters`)."""
    view_id: ViewId | None = None
    cursor: Cursor = ""
    names: Mapping[NamePart, Words | Strings] = msgspec.field(default_factory=dict)
    """What people and companies were called, by their part in the filter."""
    text: Words = ""
    """The words without the verb: a view of that very name is shown where not all of them are understood."""
    not_understood: Strings = ()
    is_scope_given: bool = False
    """Mine or firm was said, not assumed."""
    or_named: FilterJson | UnsetType = UNSET
    """The filter that the words mean where anybody in the list is called so: `all contacts noel`."""
    group: Literal["type"] | None = None
    most: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    """How many rows were asked for: "top 10"."""

    @property
    def has_filter(self) -> bool:
        """Whether a filter that says something was given."""
        return bool(self.filter) and self.filter is not UNSET

    @property
    def is_personal(self) -> bool:
        """Whether the list is the asker's own: of their scope, or about "me"."""
        if self.view_id is not None or self.filter is UNSET:
            return True
        people = [self.filter.get(part) for part in _PEOPLE]
        is_about_me = any("me" in (who if isinstance(who, list | tuple) else [who]) for who in people)
        return self.filter.get("scope", "mine") != "firm" or is_about_me


def read_list(data: Mapping[str, Any]) -> ShowList:
    """Return a list that another ask carries; raises `BadRequestError` as the door does."""
    return read_input(ShowList, data)


async def read_page(turn: Turn, filter_: Filter, cursor: str | None, limit: int) -> Any:
    """Read a page of companies or of contacts, whichever the filter is of."""
    read: Any = companies.list_companies if filter_.of == "companies" else contacts.list_contacts
    return await turn.read(read, filter_, now=turn.now, cursor=cursor, limit=limit)


async def count_of_firm(turn: Turn, listing: Listing) -> int:
    """Count what the firm has of a list of which the reader has nothing; 0 where the list is not the reader's own."""
    filter_ = listing.filter
    if filter_.scope != "mine" or listing.is_in_public:
        return 0
    return await turn.read(count_rows, filter_.changed(scope="firm"), now=turn.now)


async def look_ahead(turn: Turn, listing: Listing, page: Any) -> Listing:
    """Return the list with how much was read so far, where nothing was found yet."""
    if page.rows or listing.cursor is not None:
        return listing
    return replace(listing, read_so_far=await turn.read(get_first_progress, turn.now))


def read_filter(given: ShowList) -> Filter:
    """Return the filter asked for; raises `FilterError`."""
    return from_json(given.filter or {} if given.filter is not UNSET else {})


async def read_listing(turn: Turn, given: ShowList) -> Listing:
    """Return the list that is asked for: a view, or a filter with the names that were typed."""
    given = await _prefer_named(turn, given)
    filter_ = read_filter(given)
    view = await _find_view(turn, given, filter_)
    is_narrowed = given.has_filter and given.view_id is not None
    if view is not None and not is_narrowed:
        filter_ = view.filter
    filter_, _ = await name_people(turn, filter_, read_names(given.names), asking_again(turn, given))
    listing = Listing(
        filter=filter_,
        words="",
        title="" if view is None or filter_ != view.filter else say_name(turn.language, view),
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
    people = await turn.read(users.get_user_names, filter_.user_ids)
    company = ""
    ids = [number for number in (filter_.company_id, *filter_.not_company_ids) if number is not None]
    rows = await turn.read(companies.get_company_rows, ids) if ids else {}
    if filter_.company_id is not None:
        if filter_.company_id not in rows:
            raise NotFoundError
        company = rows[filter_.company_id].name
    others = {number: row.name for number, row in rows.items()}
    words = describe(filter_, turn.language, people, company, others, locale=turn.locale)
    return replace(listing, words=words, people=people, company_name=company)


async def _prefer_named(turn: Turn, given: ShowList) -> ShowList:
    """Return the list of those called so, where its last words are somebody's name as well."""
    if given.or_named is UNSET or not given.or_named:
        return given
    named = from_json(given.or_named)
    find: Any = companies.find_companies if named.of == "companies" else contacts.find_contacts
    asked = set(words(named.text))
    if not any(asked <= set(list_search_words((match.name,))) for match in await turn.read(find, named.text)):
        return replace_input(given, or_named=UNSET)
    return replace_input(given, filter=given.or_named, names={}, not_understood=(), or_named=UNSET)


async def _find_view(turn: Turn, given: ShowList, filter_: Filter) -> ViewRow | None:
    """Return the view that is asked for by its number or its very name, or the reader's default."""
    if turn.is_shared:
        return None
    if given.view_id is not None:
        view = await turn.read(views.get_view, given.view_id)
        if view is None and not given.has_filter:
            raise NotFoundError
        return view
    name = tidy(given.text)
    if not name:
        return None
    # What is understood as a whole comes before a view's name; `view ...` opens it.
    is_whole = given.filter is not UNSET and not given.not_understood
    may_be_view = turn.may_name_view and not is_whole
    named = await turn.read(views.find_view_named, name) if may_be_view else None
    if named is not None:
        return await turn.read(views.get_view, named)
    if filter_ == Filter() and not given.names and not given.is_scope_given:
        return await turn.read(views.get_default_view)
    return None


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
    for name in rest.pop("type", [])[:1]:
        raise UnclearError(_ask_type(turn, name, filter_, rest, again))
    for part in _PEOPLE:
        while rest.get(part):
            name = rest[part].pop(0)
            person = await find_person(turn, name, _fill_again(again, filter_, rest, part))
            filter_, is_exact = _fill(filter_, part, person.id), is_exact and person.is_exact
    while rest.get("not_company"):
        name = rest["not_company"].pop(0)
        company = await find_company(turn, name, _fill_again(again, filter_, rest, "not_company"))
        filter_, is_exact = _fill(filter_, "not_company", company.id), is_exact and company.is_exact
    for name in rest.pop("called", [])[:1]:
        if filter_.of == "companies" or await _is_somebody_called(turn, name):
            return filter_.changed(text=name), False
        rest["company"] = [name]
    if rest.get("company"):
        filter_, is_company_exact = await _name_company(turn, filter_, rest, again)
        is_exact &= is_company_exact
    return filter_, is_exact


async def _name_company(
    turn: Turn, filter_: Filter, rest: dict[NamePart, list[str]], again: Named
) -> tuple[Filter, bool]:
    """Return the filter of those at a company, of those that a colleague of that name knows, or of people called so."""
    name = rest.pop("company")[0]
    if not await turn.read(companies.find_companies, name):
        if colleague := rest.get("colleague"):
            return await name_people(turn, filter_.changed(of="contacts"), {"known_by": colleague}, again)
        called = filter_.changed(of="contacts", text=name)
        if not filter_.text and await _has_contacts(turn, called):
            return called, False
    company = await find_company(turn, name, _fill_again(again, filter_, rest, "company"))
    return _fill(filter_, "company", company.id), company.is_exact


def _ask_type(turn: Turn, name: str, filter_: Filter, rest: Names, again: Named) -> Result:
    """Say that no type is called so, and offer those there are."""
    called = type_names(turn.language)
    question = say_no_type(turn.language, name)
    options = [Option(called[type_], "", again(filter_.changed(types=(type_,)), rest)) for type_ in CompanyType]
    return Unclear(summary=question, options=options)


async def _is_somebody_called(turn: Turn, name: str) -> bool:
    """Say whether a contact has that name, so that `contacts martin` are people, not those at Martin Ltd."""
    found = await turn.read(contacts.find_contacts, name)
    return any(person.how != "typo" and has_name(person, name) for person in found)


async def _has_contacts(turn: Turn, filter_: Filter) -> bool:
    """Say whether a name that no company has is one of people: `contacts martin`."""
    page = await turn.read(contacts.list_contacts, filter_, now=turn.now, limit=1)
    return bool(page.rows)


def _fill(filter_: Filter, part: str, number: int) -> Filter:
    """Put a number in the place of a name."""
    if part == "company":
        return filter_.changed(of="contacts", company_id=number)
    field = _FIELDS.get(part, part)
    return filter_.changed(**{field: (*getattr(filter_, field), number)})


def _fill_again(again: Named, filter_: Filter, rest: Names, part: str) -> AskAgain:
    """Return what asks for the same list with a number in the place of one name; `rest` are still names."""
    left = {key: list(names) for key, names in rest.items() if names}

    def make(meant: Meant) -> Json:
        asked: Json = again(_fill(filter_, part, meant.id), left)
        return asked

    return make
