"""The card beside an open mail or meeting: who is on it, company by company, and what can be put right at once."""

from collections.abc import Sequence

from bot.cards import entries, kit
from bot.cards.actions import button, buttons, drop_fallbacks, toggle
from bot.cards.companies import (
    DRAWER,
    Opened,
    draw_drawer,
    draw_facts,
    draw_head,
    draw_keeping,
    draw_mine,
    say_knowers,
)
from bot.cards.drawing import draws
from bot.cards.meetings import draw_next, note_next
from bot.cards.phrases import join, say_dates, text
from bot.language import say
from bot.language.company_types import type_names
from bot.language.wording import clean
from bot.results.companies import ItemShown, Met, OnItem
from bot.results.list_state import weigh
from bot.turn import Card, Json, Reader
from storage.book.companies import CompanyDetail
from storage.book.item_people import Person
from storage.text.look_alikes import find_disguise

PEOPLE = 5
STRANGERS = 6
MACHINES = 2
ADDS = 4
"""Buttons that make somebody a contact; the drawer and its three buttons leave room for two fewer."""
_NAME = 60
_ROOM = 26_500
"""Bytes of a card."""


def draw_item(reader: Reader, item: OnItem, mode: str, back: Json | None = None) -> Card:
    """Draw who is on the open item: one company in full, several in short; `back` leads here again."""
    language = reader.language
    adds = ADDS
    machines: list[Person] = []
    if len(item.companies) == 1:
        adds -= 2
        body = _draw_only(reader, item.companies[0], adds, back)
        adds -= sum(_is_addable(person) for person in item.companies[0].people[:PEOPLE])
    else:
        body = [_draw_met(reader, met, back) for met in item.companies]
        machines = [person for met in item.companies for person in met.people if _is_machine(person)]
    if item.contacts:
        body.append(_draw_contacts(reader, item, back))
    machines += item.machines
    if strangers := item.people_not_known:
        room = STRANGERS - bool(machines) - len(machines[:MACHINES])
        body.append(_draw_strangers(reader, strangers, adds, back, room))
    if machines:
        body.append(_draw_machines(reader, machines))
    if not body:
        return _draw_nobody(reader, item.why_empty(mode))
    body = [*_warn(reader, item), *body]
    if item.reading:
        body.append(kit.note(item.reading))
    if item.left_out:
        body.append(kit.note(say(language, "cards.pane.more", count=item.left_out)))
    if len(item.companies) != 1:
        card = kit.card(body)
        return drop_fallbacks(card) if weigh(card) > _ROOM else card
    company = item.companies[0].company
    body.append(draw_drawer(reader, company, Opened(back=back)))
    return kit.card(body, [toggle(text(language, "company.change"), DRAWER)])


def _warn(reader: Reader, item: OnItem) -> list[Json]:
    """Warn of names that are written to be taken for others."""
    people = [*item.contacts, *item.strangers, *(person for met in item.companies for person in met.people)]
    names = [met.company.name for met in item.companies] + [f"{person.name} {person.address}" for person in people]
    alphabet = next(filter(None, map(find_disguise, names)), "")
    return [kit.warning(say(reader.language, "cards.pane.disguised", alphabet=alphabet))] if alphabet else []


def _draw_nobody(reader: Reader, why: str) -> Card:
    """Say that there is nobody to show, and offer what there is."""
    mine = {"version": 1, "of": "companies", "scope": "mine"}
    sentence = kit.line(text(reader.language, f"pane.{why}"))
    return kit.card([sentence], [button(text(reader.language, "pane.my_companies"), "list", filter=mine)])


def _draw_only(reader: Reader, met: Met, adds: int, back: Json | None) -> list[Json]:
    people = []
    for person in met.people[:PEOPLE]:
        can_add = _is_addable(person) and adds > 0
        people.append(_draw_stranger(reader, person, back) if can_add else _draw_person(reader, person, back))
        adds -= can_add
    rest = _say_rest(reader, met.people, PEOPLE)
    on_item = kit.group([kit.subtitle(text(reader.language, "pane.here")), *people, *rest])
    head, *note = draw_head(reader, met.company)
    opening = kit.opening([head], "company.open", company_id=met.company.id, back=back)
    company = met.company
    own = [*draw_mine(reader, company), *draw_next(reader, met.meeting), *draw_keeping(reader, company, None)]
    return [opening, *note, *draw_facts(reader, company), *_draw_taking(reader, company, back), *own, on_item]


def _draw_contacts(reader: Reader, item: OnItem, back: Json | None) -> Json:
    """Draw the contacts of no company, each with the reader's next meeting with them."""
    people: list[Json] = []
    for person in item.contacts[:PEOPLE]:
        people += [_draw_person(reader, person, back), *note_next(reader, item.meetings.get(person.id or 0))]
    rest = _say_rest(reader, item.contacts, PEOPLE)
    return kit.group([kit.subtitle(text(reader.language, "pane.contacts")), *people, *rest])


def _draw_taking(reader: Reader, company: CompanyDetail, back: Json | None) -> list[Json]:
    """Offer the company to the reader where it has no partner: a line, since the card's buttons are counted."""
    if company.partner_id is not None:
        return []
    carried = {"company_id": company.id, "version": company.version, "back": back}
    return [entries.quiet_row(text(reader.language, "company.take"), "company.set_partner", user_id="me", **carried)]


def _draw_met(reader: Reader, met: Met, back: Json | None) -> Json:
    language = reader.language
    company = met.company
    partner = text(language, "row.no_partner")
    if company.partner_name:
        partner = say(language, "cards.row.partner", name=clean(company.partner_name, 40))
    row = entries.typed_row(
        clean(company.name, _NAME),
        join((partner, say_dates(reader, company.firm))),
        company.type,
        type_names(language)[company.type],
        "company.open",
        company_id=company.id,
        back=back,
    )
    known = kit.note(say(language, "cards.pane.known_by", names=say_knowers(reader, company)))
    people = [person for person in met.people if not _is_machine(person)]
    names = ", ".join(clean(person.name or person.address, 40) for person in people[:PEOPLE])
    left = len(people) - PEOPLE
    more = say(language, "cards.pane.more", count=left) if left > 0 else ""
    meeting = note_next(reader, met.meeting)
    return kit.group([row, known, *meeting, *([kit.note(f"{names} {more}".rstrip())] if people else [])])


def _draw_person(reader: Reader, person: Person, back: Json | None) -> Json:
    name = clean(person.name or person.address, _NAME)
    address = clean(person.address, _NAME) if person.name else ""
    if person.state != "contact":
        return entries.row(
            name,
            join((address, _say_state(reader, person))),
            "contact.explain",
            address=person.address,
            back=back,
        )
    return entries.row(
        name, join((address, say_dates(reader, person))), "contact.open", contact_id=person.id, back=back
    )


def _is_machine(person: Person) -> bool:
    return person.state == "machine"


def _say_state(reader: Reader, person: Person) -> str:
    """Say what somebody is who is no contact; why, where they never are one."""
    return text(reader.language, f"reason.{person.reason}" if _is_machine(person) else f"pane.{person.state}")


def _draw_strangers(reader: Reader, strangers: Sequence[Person], adds: int, back: Json | None, room: int) -> Json:
    items: list[Json] = [kit.subtitle(text(reader.language, "pane.strangers"))]
    for person in strangers[:room]:
        can_add = _is_addable(person) and adds > 0
        items.append(_draw_stranger(reader, person, back, can_add=can_add))
        adds -= can_add
    return kit.group([*items, *_say_rest(reader, strangers, room)])


def _draw_machines(reader: Reader, machines: Sequence[Person]) -> Json:
    """Name those who are never contacts, each with the reason; beside several companies those of theirs too."""
    items = [kit.subtitle(text(reader.language, "pane.machines"))]
    for person in machines[:MACHINES]:
        items.append(kit.strong(clean(person.name or person.address, _NAME // 2)))
        items.append(kit.note(_say_state(reader, person)))
    return kit.group([*items, *_say_rest(reader, machines, MACHINES)])


def _is_addable(person: Person) -> bool:
    """Return whether somebody who only wrote in can be made a contact."""
    return person.state == "seen"


def _say_rest(reader: Reader, people: Sequence[Person], shown: int) -> list[Json]:
    """Say how many more there are than are shown, if any."""
    left = len(people) - shown
    return [kit.note(say(reader.language, "cards.pane.more", count=left))] if left > 0 else []


def _draw_stranger(reader: Reader, person: Person, back: Json | None, *, can_add: bool = True) -> Json:
    language = reader.language
    name = clean(person.name or person.address, _NAME)
    detail = join((clean(person.address, _NAME) if person.name else "", _say_state(reader, person)))
    add = None
    if can_add:
        add = button(text(language, "contact.add"), "contact.add", address=person.address, back=back)
    return kit.group([kit.strong(name), kit.note(detail), *buttons(add)])


@draws(ItemShown)
def _draw_item_shown(reader: Reader, shown: ItemShown) -> Card:
    return draw_item(reader, shown.item, shown.mode, shown.back)
