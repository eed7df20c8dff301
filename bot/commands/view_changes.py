"""Saved views: keep a list under a name, change it, copy it, delete it and bring it back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from bot.commands.change_words import say_step, want_filter
from bot.commands.company_changes import Rename, rename
from bot.commands.contact_changes import rename_in_place_of_company
from bot.commands.inputs import (
    ChangeInput,
    FilterJson,
    NamePart,
    OfView,
    Strings,
    Version,
    Words,
    ask_first,
    read_names,
    tidy,
)
from bot.commands.listings import ShowList, complete, name_people
from bot.commands.lists import ask_for_name, show_list
from bot.commands.names import choose, drop_borrowed, find_companies_and_contacts, is_borrowed, must_ask
from bot.commands.views import ListViews, find_view, show_view, show_views
from bot.errors import BadRequestError
from bot.language import LANGUAGES, is_sentence, say
from bot.results.base import Result
from bot.results.lists import Listing
from bot.results.titles import say_name
from bot.turn import Json, Turn
from bot.verb_inputs import write_ask
from bot.verbs import CHANGES, EVERYONE, OWN, Router
from storage.lists.filters import Filter, from_json, to_json
from storage.record.changes import Change
from storage.text.names import fold
from storage.views import changes, views

router = Router()


def list_builtin_names() -> tuple[str, ...]:
    """Return the names of the built-in views in every language: nobody may give them to another view."""
    return tuple(say(language, f"cards.view.{key}") for language in LANGUAGES for key in views.BUILTIN.values())


def _check_name(name: str) -> None:
    """Raise `BadRequestError` for a name that is a sentence: typed, it means what it says and not the view.

    The names of the built-in views are refused elsewhere, as taken.
    """
    if fold(name) not in map(fold, list_builtin_names()) and is_sentence(name):
        raise BadRequestError("name_is_sentence", name=name[:80])


class OfFilter(OfView, frozen=True):
    """A view and what it asks for: "this" is the list that was shown last."""

    this: ClassVar[tuple[str, ...]] = ("filter",)
    given_by: ClassVar[frozenset[str]] = frozenset({"filter"})
    filter: FilterJson | UnsetType = UNSET
    names: Mapping[NamePart, Words | Strings] = msgspec.field(default_factory=dict)
    text: Words = ""
    is_scope_given: bool = False
    is_remembered: bool = False
    view_version: Version | None = None


class NameView(OfView, frozen=True):
    """A view and its new name; from its card, with the input for sharing beside it."""

    new_name: Words = ""
    version: Version | None = None
    user_id: Words = ""


class RenameEither(ChangeInput, frozen=True):
    """Whatever has the name, and its new name; the language cannot tell what it is."""

    state: ClassVar[str] = "version"
    name: Words = ""
    new_name: Words = ""
    version: Version | None = None


class RestoreView(OfView, frozen=True):
    """A deleted view."""


@router.verb("view.save", OfFilter, CHANGES, roles=EVERYONE, where=OWN)
async def save_view(turn: Turn, given: OfFilter) -> Result:
    """Keep a filter under a name of the person's own."""
    name = tidy(given.name)
    if given.filter is UNSET:
        raise BadRequestError("which_list")
    if not name:
        return await ask_for_name(turn, ShowList(filter=given.filter, names=given.names))
    _check_name(name)
    filter_, is_exact = await _read_filter(turn, given, given.filter)
    if must_ask(given, is_exact=is_exact):
        listing = await complete(turn, Listing(filter_, ""))
        question = say(turn.language, "view_changes.save_view_question", name=name)
        return ask_first(turn, given, question, {"name": name, "filter": to_json(filter_)}, listing.words)
    change = await turn.write(
        changes.add_view,
        name,
        filter_,
        now=turn.now,
        source=turn.source,
        reserved_names=list_builtin_names(),
    )
    return await _show_list_again(turn, change, say(turn.language, "view_changes.view_saved", name=change.name))


async def _show_list_again(turn: Turn, change: Change, note: str) -> Result:
    """Show the list that was kept, under its name now, with the way to undo it."""
    shown = await show_list(turn, ShowList(view_id=change.entity_id), note=note)
    return replace(shown, summary=note, changes=(change,))


async def _read_filter(turn: Turn, given: OfFilter, asked: dict[str, Any]) -> tuple[Filter, bool]:
    """Return what the view is to ask for, and whether every name in it was exact."""

    def again(filter_: Filter, names: Mapping[str, Any]) -> Json:
        return write_ask(turn.verb, given, filter=to_json(filter_), names=dict(names), text="")

    return await name_people(turn, from_json(asked), read_names(given.names), again)


@router.verb("view.set_filter", OfFilter, CHANGES, roles=EVERYONE, where=OWN)
async def set_filter(turn: Turn, given: OfFilter) -> Result:
    """Change what a view asks for."""
    if given.filter is UNSET:
        raise BadRequestError("which_list")
    view = await find_view(turn, given)
    filter_, is_exact = await _read_filter(turn, given, given.filter)
    if must_ask(given, is_exact=is_exact):
        question = say(turn.language, "view_changes.set_filter_question", name=say_name(turn.language, view))
        wanted = {"view_id": view.id, "filter": to_json(filter_)}
        return ask_first(turn, given, question, wanted, await say_step(turn, want_filter(view, filter_)))
    change = await turn.write(
        changes.set_view_filter, view.id, filter_, now=turn.now, source=turn.source, version=given.view_version
    )
    same = say(turn.language, "view_changes.same_filter", name=view.name)
    return await _show_list_again(turn, change, await say_step(turn, change) if change.is_changed else same)


@router.verb("rename", RenameEither, CHANGES.but(versioned=True), roles=EVERYONE, where=OWN)
async def rename_either(turn: Turn, given: RenameEither) -> Result:
    """Rename whatever has the name: a view of the person's own, else a company, else a contact, else another's view."""
    found = [match for match in await turn.read(views.find_views, tidy(given.name)) if match.is_exact]
    if any(map(is_borrowed, found)):
        found = drop_borrowed(found, await find_companies_and_contacts(turn, tidy(given.name)))
    view = choose(found)
    if view is not None:
        named = NameView(view_id=view.id, new_name=given.new_name, is_guess=given.is_guess)
        return await rename_view(replace(turn, verb="view.rename"), named)
    renamed = Rename(
        name=given.name,
        new_name=given.new_name,
        is_guess=given.is_guess,
        is_confirmed=given.is_confirmed,
        version=given.version,
        back=given.back,
    )
    of_contact = await rename_in_place_of_company(turn, renamed, is_guess=given.is_guess)
    return of_contact or await rename(replace(turn, verb="company.rename"), renamed)


@router.verb("view.rename", NameView, CHANGES, roles=EVERYONE, where=OWN)
async def rename_view(turn: Turn, given: NameView) -> Result:
    """Give a view another name."""
    new_name = tidy(given.new_name)
    if not new_name:
        raise BadRequestError("view_name_missing")
    _check_name(new_name)
    view = await find_view(turn, given)
    if must_ask(given):
        question = say(turn.language, "view_changes.rename_question", view=view.name, name=new_name)
        return ask_first(turn, given, question, {"view_id": view.id, "new_name": new_name})
    change = await turn.write(
        changes.rename_view,
        view.id,
        new_name,
        now=turn.now,
        source=turn.source,
        version=given.version,
        reserved_names=list_builtin_names(),
    )
    return await show_view(turn, view.id, await say_step(turn, change), change)


@router.verb("view.copy", NameView, CHANGES, roles=EVERYONE, where=OWN)
@router.verb("view.duplicate", NameView, CHANGES, roles=EVERYONE, where=OWN)
async def duplicate_view(turn: Turn, given: NameView) -> Result:
    """Make a view of the person's own from one that they may read."""
    view = await find_view(turn, given)
    if must_ask(given):
        question = say(turn.language, "view_changes.copy_view_question", name=say_name(turn.language, view))
        return ask_first(turn, given, question, {"view_id": view.id})
    if new_name := tidy(given.new_name):
        _check_name(new_name)
    name = new_name or say_name(turn.language, view)
    change = await turn.write(
        changes.copy_view,
        view.id,
        name,
        now=turn.now,
        source=turn.source,
        reserved_names=list_builtin_names(),
    )
    note = say(turn.language, "view_changes.view_copied", name=change.name)
    return await show_view(turn, change.entity_id, note, change)


@router.verb("view.delete", OfView, CHANGES, roles=EVERYONE, where=OWN)
async def delete_view(turn: Turn, given: OfView) -> Result:
    """Delete a view; undo brings it back."""
    view = await find_view(turn, given)
    if must_ask(given):
        question = say(turn.language, "view_changes.delete_view_question", name=view.name)
        return ask_first(turn, given, question, {"view_id": view.id})
    change = await turn.write(changes.delete_view, view.id, now=turn.now, source=turn.source)
    note = say(turn.language, "view_changes.view_deleted", name=view.name)
    return await show_views(turn, ListViews(), note, change)


@router.verb("view.restore", RestoreView, CHANGES, roles=EVERYONE, where=OWN)
async def restore_view(turn: Turn, given: RestoreView) -> Result:
    """Bring a deleted view back."""
    if given.view_id is None:
        raise BadRequestError("which_deleted_view")
    change = await turn.write(changes.restore_view, given.view_id, now=turn.now, source=turn.source)
    note = say(turn.language, "view_changes.view_restored", name=change.name)
    return await show_view(turn, change.entity_id, note, change)
