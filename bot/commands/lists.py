"""Lists: asked for in words, narrowed on the card, page by page."""

from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace as replace_input

from bot.commands.inputs import TypeName
from bot.commands.listings import ShowList, complete, count_of_firm, look_ahead, read_filter, read_listing, read_page
from bot.language import say
from bot.results.choices import NONE
from bot.results.filter_choices import read_choices
from bot.results.list_state import count_rows, shorten
from bot.results.lists import (
    ListChoices,
    Listing,
    ListShown,
    NameWanted,
    TicksShown,
    TypeGroup,
    TypesListed,
)
from bot.results.titles import say_title, say_types
from bot.turn import Turn
from bot.verbs import EVERYONE, EXTENSION, GROUP, OWN, READS, READS_FROM_CARD, Router
from storage.book import companies
from storage.lists.filters import Mail, Scope, Sort
from storage.lists.paging import Page
from storage.lists.statement import count_up_to
from storage.models import CompanyType
from storage.views import views
from storage.views.views import ViewRow

router = Router()
_TYPE_ROWS = 3
_MANY, _FEW = 1_000, 100
"""Rows up to which a list is counted: a list that is an index's range, and one where each row must be asked."""
Choices = Annotated[str, Meta(max_length=200)]
"""What an input of the filter bar gives: a value, or several with commas between them."""


class NarrowList(ShowList, frozen=True):
    """A list, and what its filter bar says; an input that is not there changes nothing."""

    types: Choices | UnsetType = UNSET
    partner: Choices | UnsetType = UNSET
    scope: Scope | UnsetType = UNSET
    period: Choices | UnsetType = UNSET
    sort: Sort | UnsetType = UNSET
    met: Literal["any", "held", "never"] | UnsetType = UNSET
    new: Choices | UnsetType = UNSET
    mail: Literal["any"] | Mail | UnsetType = UNSET


class TickAll(ShowList, frozen=True):
    """A list whose companies are all to become something: they are shown to be ticked, and nothing is changed yet."""

    this: ClassVar[tuple[str, ...]] = ("filter",)
    given_by: ClassVar[frozenset[str]] = frozenset({"filter"})
    type: TypeName | UnsetType | None = UNSET
    is_all: bool = False
    """All was said, of nobody in particular."""


class OfList(ShowList, frozen=True):
    """Something to do with a list: "this" is the list that was shown last."""

    this: ClassVar[tuple[str, ...]] = ("filter",)
    given_by: ClassVar[frozenset[str]] = frozenset({"filter"})


@router.verb("list", ShowList, READS.but(remembered=True, leads=True), roles=EVERYONE, where=OWN | GROUP | EXTENSION)
async def show_list(turn: Turn, given: ShowList, note: str = "") -> ListShown | TypesListed:
    """Show a page of what was asked for."""
    if given.group == "type":
        return await _show_types(turn, given)
    listing = await read_listing(turn, given)
    shown = await show_page(turn, replace(listing, note=note) if note else listing)
    return shown if given.most is None else _show_first(turn, shown, given.most)


def _show_first(turn: Turn, shown: ListShown, most: int) -> ListShown:
    """Leave so many rows; where the page has fewer, there are fewer or the next page has the rest."""
    if most > len(shown.page.rows):
        return shown
    words = f"{shown.listing.words} · {say(turn.language, 'lists.first', count=most)}"
    listing = replace(shown.listing, words=words)
    return replace(shown, listing=listing, page=Page(shown.page.rows[:most]), total=None, has_more=False)


@router.verb("list.narrow", NarrowList, READS_FROM_CARD.but(remembered=True), roles=EVERYONE, where=OWN)
async def narrow_list(turn: Turn, given: NarrowList) -> ListShown:
    """Show the first page of the list as its filter bar says."""
    listing = await read_listing(turn, given)
    inputs = {key: getattr(given, key) for key in NarrowList.__annotations__}
    filter_ = read_choices(listing.filter, inputs)
    title = listing.title if filter_ == listing.filter else ""
    return await show_page(turn, await complete(turn, replace(listing, filter=filter_, title=title, cursor=None)))


@router.verb("list.save", ShowList, READS_FROM_CARD, roles=EVERYONE, where=OWN)
async def ask_for_name(turn: Turn, given: ShowList) -> NameWanted:
    """Ask under which name the list is to be saved."""
    listing = await read_listing(turn, given)
    own = await _find_own_view(turn, listing.view_id)
    return NameWanted(summary=listing.words, listing=listing, own=own)


@router.verb("list.more", ShowList, READS_FROM_CARD, roles=EVERYONE, where=OWN)
async def show_more(turn: Turn, given: ShowList) -> ListChoices:
    """Show what else can be done with the list."""
    listing = await read_listing(turn, given)
    return ListChoices(summary=say_title(turn.language, listing), listing=listing)


@router.verb("list.tick", ShowList, READS_FROM_CARD, roles=EVERYONE, where=OWN)
async def show_ticks(turn: Turn, given: ShowList) -> TicksShown:
    """Show the page with a tick box for each company."""
    return await _tick(turn, await read_listing(turn, given))


@router.verb("list.tick_all", TickAll, READS, roles=EVERYONE, where=OWN)
async def tick_all(turn: Turn, given: TickAll) -> TicksShown:
    """Show the companies of a list to be ticked, with what they are to become chosen beforehand."""
    if given.is_all and not given.is_scope_given and given.filter is not UNSET:
        given = replace_input(given, filter={**given.filter, "scope": "firm"})
    shown = await _tick(turn, await read_listing(turn, given))
    return shown if given.type is UNSET else replace(shown, chosen_type=given.type or NONE)


async def _tick(turn: Turn, listing: Listing) -> TicksShown:
    page = await turn.read(
        companies.list_companies,
        listing.filter.changed(of="companies", company_id=None),
        now=turn.now,
        cursor=listing.cursor,
        limit=count_rows(listing),
    )
    return TicksShown(summary=say_title(turn.language, listing), listing=listing, rows=page.rows)


async def show_page(turn: Turn, listing: Listing) -> ListShown:
    """Show a page of a list that is ready to be read."""
    page = await read_page(turn, listing.filter, listing.cursor, count_rows(listing))
    listing = await look_ahead(turn, listing, page)
    is_empty = not page.rows and listing.cursor is None
    shown = ListShown(
        summary=say_title(turn.language, listing),
        listing=listing,
        page=page,
        firm_count=await count_of_firm(turn, listing) if is_empty else 0,
        total=len(page.rows),
    )
    return shown if page.next is None and page.previous is None else await _count(turn, shown)


async def _count(turn: Turn, shown: ListShown) -> ListShown:
    """Count the list of which a page is shown, as far as that costs no more than the page does."""
    filter_ = shown.listing.filter
    asked_of_rows = (
        filter_.text,
        filter_.mail,
        filter_.first,
        filter_.met_in,
        filter_.became,
        filter_.not_known_by,
        filter_.not_met_by,
    )
    most = _FEW if any(asked_of_rows) or filter_.is_met is not None else _MANY
    count = await turn.read(count_up_to, filter_, now=turn.now, most=most)
    return replace(shown, total=min(count, most), has_more=count > most)


async def _find_own_view(turn: Turn, view_id: int | None) -> ViewRow | None:
    if view_id is None:
        return None
    view = await turn.read(views.get_view, view_id)
    return view if view is not None and view.is_own else None


async def _show_types(turn: Turn, given: ShowList) -> TypesListed:
    """Show the companies type by type: the latest of each, and the way to its list."""
    filter_ = read_filter(given).changed(of="companies", company_id=None)
    groups = []
    for type_ in filter_.types or (*CompanyType, None):
        of_type = filter_.changed(types=(type_,))
        page = await turn.read(companies.list_companies, of_type, now=turn.now, limit=_TYPE_ROWS)
        groups.append(TypeGroup(type_, shorten(of_type), page.rows, has_more=page.next is not None))
    return TypesListed(summary=say_types(turn.language), groups=groups, scope=filter_.scope)
