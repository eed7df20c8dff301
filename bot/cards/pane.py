"""The card beside an open mail or meeting: who is on it, company by company, and what can be put right at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards import entries, kit
from bot.cards.actions import button, buttons, toggle
from bot.cards.companies import DRAWER, Opened, draw_drawer, draw_facts, draw_head, draw_mine, say_knowers
from bot.cards.kit import Json
from bot.cards.phrases import join, say_last, text, type_names
from bot.cards.wording import clean
from bot.language import say
from bot.turn import Card, Reader
from storage.companies import CompanyDetail
from storage.people import Person

COMPANIES = 6
PEOPLE = 5
STRANGERS = 6
ADDS = 4
"""Buttons that make somebody a contact; the drawer and its three buttons leave room for two fewer."""
_NAME = 60


@dataclass(frozen=True, slots=True)
class Met:
    """A company on the open item, and its people there."""

    company: CompanyDetail
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class OnItem:
    """Everyone on an open item, colleagues left out."""

    companies: tuple[Met, ...] = ()
    contacts: tuple[Person, ...] = ()
    """Contacts without a company."""
    strangers: tuple[Person, ...] = ()
    """No contacts (yet): seen, or not known at all."""
    colleague_count: int = 0
    left_out: int = 0
    """Companies and people beyond what one item is read for."""


def draw_item(reader: Reader, item: OnItem, mode: str, back: Json | None = None) -> Card:
    """Draw who is on the open item: one company in full, several in short; `back` leads here again."""
    language = reader.language
    if len(item.companies) == 1:
        body = _draw_only(reader, item.companies[0], back)
    else:
        body = [_draw_met(reader, met, back) for met in item.companies]
    if item.contacts:
        people = [_draw_person(reader, person, back) for person in item.contacts[:PEOPLE]]
        body.append(kit.group([kit.subtitle(text(language, "pane.contacts")), *people]))
    if item.strangers:
        adds = ADDS if len(item.companies) != 1 else ADDS - 2
        body.append(_draw_strangers(reader, item.strangers, adds, back))
    if not body:
        body.append(kit.line(text(language, f"pane.{_say_nobody(item, mode)}")))
    if item.left_out:
        body.append(kit.note(say(language, "cards.pane.more", count=item.left_out)))
    if len(item.companies) != 1:
        return kit.card(body)
    body.append(draw_drawer(reader, item.companies[0].company, Opened(back=back)))
    return kit.card(body, [toggle(text(language, "company.change"), DRAWER)])


def _say_nobody(item: OnItem, mode: str) -> str:
    if item.colleague_count:
        return "colleagues_only"
    return "nobody_yet" if mode == "compose" else "nobody"


def _draw_only(reader: Reader, met: Met, back: Json | None) -> list[Json]:
    people = [_draw_person(reader, person, back) for person in met.people[:PEOPLE]]
    on_item = kit.group([kit.subtitle(text(reader.language, "pane.here")), *people])
    head, *note = draw_head(reader, met.company)
    opening = kit.opening([head], "company.open", company_id=met.company.id, back=back)
    return [opening, *note, *draw_facts(reader, met.company), *draw_mine(reader, met.company), on_item]


def _draw_met(reader: Reader, met: Met, back: Json | None) -> Json:
    language = reader.language
    company = met.company
    partner = text(language, "row.no_partner")
    if company.partner_name:
        partner = say(language, "cards.row.partner", name=clean(company.partner_name, 40))
    row = entries.typed_row(
        clean(company.name, _NAME),
        join((partner, say_last(reader, company.firm.last_at))),
        company.type,
        type_names(language)[company.type],
        "company.open",
        company_id=company.id,
        back=back,
    )
    known = kit.note(say(language, "cards.pane.known_by", names=say_knowers(reader, company)))
    names = kit.note(", ".join(clean(person.name or person.address, 40) for person in met.people[:PEOPLE]))
    return kit.group([row, known, names])


def _draw_person(reader: Reader, person: Person, back: Json | None) -> Json:
    name = clean(person.name or person.address, _NAME)
    address = clean(person.address, _NAME) if person.name else ""
    if person.state != "contact":
        return entries.row(
            name,
            join((address, text(reader.language, f"pane.{person.state}"))),
            "contact.explain",
            address=person.address,
        )
    return entries.row(
        name, join((address, say_last(reader, person.last_at))), "contact.open", contact_id=person.id, back=back
    )


def _draw_strangers(reader: Reader, strangers: Sequence[Person], adds: int, back: Json | None) -> Json:
    items: list[Json] = [kit.subtitle(text(reader.language, "pane.strangers"))]
    for person in strangers[:STRANGERS]:
        can_add = person.state == "seen" and adds > 0
        items.append(_draw_stranger(reader, person, back, can_add=can_add))
        adds -= can_add
    return kit.group(items)


def _draw_stranger(reader: Reader, person: Person, back: Json | None, *, can_add: bool) -> Json:
    language = reader.language
    name = clean(person.name or person.address, _NAME)
    detail = join((clean(person.address, _NAME) if person.name else "", text(language, f"pane.{person.state}")))
    add = None
    if can_add:
        add = button(text(language, "contact.add"), "contact.add", address=person.address, back=back)
    return kit.group([kit.strong(name), kit.note(detail), *buttons(add)])
