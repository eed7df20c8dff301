"""What can be done with a list: keep it as a view, take it along as a file, set several of its companies at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.cards import entries, kit
from bot.cards.actions import button, submit
from bot.cards.companies import draw_back
from bot.cards.drawing import draws
from bot.cards.inputs import choice, choose_one, choose_person, tick_several, write_text
from bot.cards.lists import fit
from bot.cards.phrases import join, say_last, text, type_choices
from bot.language import say
from bot.language.company_types import type_names
from bot.language.wording import clean
from bot.results.choices import NOBODY, UNCHANGED
from bot.results.list_state import state_of
from bot.results.lists import ListChoices, NameWanted, TicksShown
from bot.results.titles import say_title
from bot.turn import Card, Choice, Json, Language, Reader
from storage.book.companies import CompanyRow
from storage.views.views import ViewRow

TICKED = "ticked"
"""The input of the tick boxes: each value is a company's number and its version, as `12:3`."""
_NAME = 60


def draw_save(reader: Reader, words: str, state: Mapping[str, Any], own: ViewRow | None = None, name: str = "") -> Card:
    """Ask for the name of a new view; where the list is a view of the reader's own, offer to change that one."""
    language = reader.language
    asked = {"filter": state["filter"]}
    update = None
    if own is not None:
        title = say(language, "cards.save.update", name=clean(own.name, 30))
        update = button(title, "view.set_filter", view_id=own.id, view_version=own.version, **asked)
    return kit.card(
        [
            kit.title(text(language, "save.title")),
            kit.note(words),
            write_text("name", text(language, "save.name"), text(language, "save.hint"), value=name or None),
        ],
        [submit(text(language, "company.save"), "view.save", **asked), update, draw_back(reader, _to_list(state))],
    )


def draw_more(reader: Reader, title: str, words: str, state: Mapping[str, Any], *, is_of_companies: bool) -> Card:
    """Offer what is asked for less often: several at once, files, and the companies to sort out."""
    language = reader.language
    asked = {"filter": state["filter"]}
    rows = [
        _draw_offer(language, "csv", "export", format="csv", **asked),
        _draw_offer(language, "xlsx", "export", format="xlsx", **asked),
        _draw_offer(language, "views", "views.list"),
    ]
    if is_of_companies:
        rows.insert(0, _draw_offer(language, "tick", "list.tick", **state))
        rows.append(_draw_offer(language, "sort_out", "companies.sort_out"))
    return kit.card([kit.title(title), kit.note(words), *rows], [draw_back(reader, _to_list(state))])


def _draw_offer(language: Language, key: str, verb: str, **data: Any) -> Json:
    return entries.row(text(language, f"more.{key}"), text(language, f"more.{key}_hint"), verb, **data)


def _to_list(state: Mapping[str, Any]) -> Json:
    return {"verb": "list", **state}


def draw_ticks(
    reader: Reader,
    rows: Sequence[CompanyRow],
    state: Mapping[str, Any],
    *,
    title: str,
    words: str,
    limit: int = _NAME,
    chosen_type: str | None = None,
) -> Card:
    """Let the reader tick companies of this page, and say what to set for them."""
    language = reader.language
    names = type_names(language)
    boxes = [
        choice(
            join((clean(row.name, limit), names[row.type], say_last(reader, row.last_at))), f"{row.id}:{row.version}"
        )
        for row in rows
    ]
    unchanged = choice(text(language, "ticks.unchanged"), UNCHANGED)
    type_ = choose_one(
        "type", text(language, "company.type"), [unchanged, *type_choices(language)], chosen_type or UNCHANGED
    )
    person = choose_person(
        "user_id", text(language, "company.partner"), text(language, "ticks.unchanged"), _usual_people(language)
    )
    body = [
        kit.title(title),
        kit.note(words),
        tick_several(TICKED, text(language, "ticks.which"), boxes),
        kit.box([kit.columns(type_, person)]),
    ]
    go_on = submit(text(language, "ticks.go_on"), "companies.set_many", back=_to_list(state))
    return kit.card(body, [go_on, draw_back(reader, _to_list(state))], is_wide=True)


def _usual_people(language: Language) -> list[Choice]:
    return [Choice(text(language, "company.me"), "me"), Choice(text(language, "company.no_partner"), NOBODY)]


@draws(NameWanted)
def _draw_name_wanted(reader: Reader, wanted: NameWanted) -> Card:
    listing = wanted.listing
    return draw_save(reader, listing.words, state_of(listing, listing.cursor), wanted.own)


@draws(ListChoices)
def _draw_choices(reader: Reader, shown: ListChoices) -> Card:
    listing = shown.listing
    state = state_of(listing, listing.cursor)
    is_of_companies = listing.filter.of == "companies"
    return draw_more(reader, say_title(reader.language, listing), listing.words, state, is_of_companies=is_of_companies)


@draws(TicksShown)
def _draw_ticks(reader: Reader, shown: TicksShown) -> Card:
    listing = shown.listing
    return draw_ticks(
        reader,
        shown.rows,
        state_of(listing, listing.cursor),
        title=say_title(reader.language, listing),
        words=listing.words,
        limit=fit(listing, [row.name for row in shown.rows]),
        chosen_type=shown.chosen_type,
    )
