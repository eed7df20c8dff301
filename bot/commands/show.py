"""Showing one thing: a company, a contact, a saved view; by its name, or by the number on a card."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from bot.commands.colleagues import find_colleague, show_colleague
from bot.commands.companies import show_company
from bot.commands.contacts import show_contact
from bot.commands.inputs import Id, OfView, Strings, Words, tidy
from bot.commands.listings import ShowList
from bot.commands.lists import show_list
from bot.commands.names import (
    ask_which_of_all,
    choose,
    drop_borrowed,
    drop_title,
    find_companies_and_contacts,
    has_name,
)
from bot.commands.progress import say_hint
from bot.commands.suggesting import fill
from bot.commands.views import open_view
from bot.errors import BadRequestError, PersonalError
from bot.language import get_called, say
from bot.results.base import Result
from bot.results.questions import Said
from bot.turn import Turn
from bot.verb_inputs import Input
from bot.verbs import EVERYONE, EXTENSION, GROUP, OWN, READS, Router
from storage.lists.facts import Match
from storage.views import views

router = Router()


class Show(Input, frozen=True):
    """A name of anything, as it was typed; "this" is whom or what the card showed last."""

    this: ClassVar[tuple[str, ...]] = ("company_id", "contact_id")
    given_by: ClassVar[frozenset[str]] = frozenset({"company_id", "contact_id", "name"})
    is_of_latest: ClassVar[bool] = True

    company_id: Id | None = None
    contact_id: Id | None = None
    name: Words = ""
    or_name: Words = ""
    """A part of it that may be the name: `Contact Hans Mueller`."""
    otherwise: ShowList | None = None
    """The list that the words may be, if nothing has that name."""
    suggestions: Strings = ()
    """The nearest sentences, where a bare name may as well be a sentence that was not understood."""
    is_list: bool = False
    """The list that was shown or counted last is meant: `which ones?`."""


@router.verb("show", Show, READS.but(remembered=True, leads=True), roles=EVERYONE, where=OWN | GROUP | EXTENSION)
async def show(turn: Turn, given: Show) -> Result:
    """Show what has this name; what only resembles it is said, several are asked about, nothing says what to try."""
    if given.is_list:
        raise BadRequestError("which_list_row")
    if given.company_id is not None:
        return await show_company(turn, given.company_id)
    if given.contact_id is not None:
        return await show_contact(turn, given.contact_id)
    return await _show_called(turn, given)


async def _show_called(turn: Turn, given: Show) -> Result:
    name = tidy(get_called(given.name))
    if not name:
        raise BadRequestError("name_missing")
    matches = await _find(turn, name)
    if not matches and (short := tidy(get_called(given.or_name))):
        name, matches = short, await _find(turn, short)
    if all(match.how == "typo" for match in matches) and (bare := drop_title(name)) != name:
        matches = await _find(turn, bare) or matches
    match = choose(matches)
    exact = [match for match in matches if match.is_exact]
    if not exact and given.otherwise:
        matches = [found for found in matches if found.how != "typo" and has_name(found, name)]
        match = choose(matches)
    if not matches and given.otherwise:
        return await _show_otherwise(turn, given.otherwise)
    if colleague := await find_colleague(turn, name, matches):
        return show_colleague(turn, colleague)
    if match is not None:
        note = "" if match.is_exact else say(turn.language, "show.instead", name=name[:80], found=match.name)
        return await _open(turn, match, note)
    if matches:
        return ask_which_of_all(turn, name, exact or matches)
    return await _say_nothing_found(turn, name, await fill(turn, given.suggestions))


class OfRow(Input, frozen=True):
    """A row of the list that was shown last, by its place."""

    this: ClassVar[tuple[str, ...]] = ("rows",)
    given_by: ClassVar[frozenset[str]] = frozenset({"rows"})

    nth: Annotated[int, Meta(ge=-1, le=10_000)] = 0
    """From 1; -1 is the last one."""
    number: Annotated[int, Meta(ge=0, le=99_999)] = 0
    """The same, said as a number."""
    rows: tuple[tuple[Literal["company", "contact"], Id], ...] = ()


@router.verb("show.row", OfRow, READS.but(remembered=True), roles=EVERYONE, where=OWN | GROUP)
async def show_row(turn: Turn, given: OfRow) -> Result:
    """Show a row of the list that was shown last: "the second one"."""
    nth = given.nth or given.number
    if not given.rows:
        raise BadRequestError("which_list_row")
    if not 0 < nth <= len(given.rows) and nth != -1:
        raise BadRequestError("which_row", count=len(given.rows))
    of, number = given.rows[nth - 1 if nth > 0 else nth]
    return await (show_company if of == "company" else show_contact)(turn, number)


async def _find(turn: Turn, name: str) -> list[Match]:
    """Find views, companies and contacts by a name; in public no views, which are somebody's own."""
    found = [] if turn.is_shared else await turn.read(views.find_views, name)
    things = await find_companies_and_contacts(turn, name)
    return drop_borrowed(found, things) + things


async def _show_otherwise(turn: Turn, listed: ShowList) -> Result:
    if turn.is_shared and listed.is_personal:
        raise PersonalError
    return await show_list(turn, listed)


async def _open(turn: Turn, match: Match, note: str) -> Result:
    if match.of == "view":
        return await open_view(turn, OfView(view_id=match.id))
    if match.of == "company":
        return await show_company(turn, match.id, note)
    return await show_contact(turn, match.id, note)


async def _say_nothing_found(turn: Turn, name: str, suggestions: Sequence[str]) -> Result:
    sentence = say(turn.language, "names.nothing_found", name=name[:80])
    hints = await say_hint(turn, "names.nothing_found_hint")
    tries = list(suggestions) or [say(turn.language, f"cards.hello.try_{number}") for number in (1, 2, 3)]
    return Said(summary=sentence, lines=hints, suggestions=tries)
