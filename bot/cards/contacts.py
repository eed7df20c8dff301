"""The card of one contact, and why somebody is one or not."""

from bot.cards import entries, kit
from bot.cards.actions import button, primary, submit, toggle
from bot.cards.companies import Opened, draw_back, draw_keeping, draw_note, draw_undo, say_knowers, say_recent
from bot.cards.drawing import draws
from bot.cards.inputs import beside, choose_one, write_text
from bot.cards.meetings import draw_next
from bot.cards.phrases import join, say_count, say_dates, say_totals, text, type_choices
from bot.language import say
from bot.language.company_types import type_names
from bot.language.wording import clean
from bot.results.choices import NONE
from bot.results.companies import Explained, NoContact, OwnAddressShown, SamePersonAsked
from bot.turn import Card, Json, Reader
from storage.book.contacts import ContactDetail, SeenPerson
from storage.history.removals import NO_PERSON

RECENT = 5
DRAWER = "correct"
_ADDRESS = 60
_OTHERS = 5
"""So many other addresses are named."""


def draw_contact(reader: Reader, contact: ContactDetail, opened: Opened) -> Card:
    """Draw a contact; in public only what the whole firm may know."""
    language = reader.language
    body = [kit.title(clean(contact.name or contact.address)), *draw_note(opened.note)]
    body += _draw_facts(reader, contact, opened)
    body += [] if opened.is_in_public else draw_next(reader, opened.meeting)
    body += _draw_recent(reader, contact)
    body += _draw_company(reader, contact)
    why = correct = None
    if not opened.is_in_public:
        body += draw_keeping(reader, contact, opened.back)
        body += _offer_take_off(reader, contact, opened)
        body.append(_draw_corrections(reader, contact, opened))
        correct = toggle(text(language, "contact.correct"), DRAWER)
        why = button(text(language, "contact.why"), "contact.explain", contact_id=contact.id, back=opened.back)
    undo = draw_undo(reader, opened.audit_ids, opened.back, is_undo=opened.is_undo)
    return kit.card(body, [why, correct, _offer_me(reader, contact, opened), undo, draw_back(reader, opened.back)])


def _draw_corrections(reader: Reader, contact: ContactDetail, opened: Opened) -> Json:
    """Draw the drawer in which a contact is put right for the whole firm, and say who may do so."""
    language = reader.language
    name = write_text("new_name", text(language, "contact.name"), value=contact.name)
    carried = {"contact_id": contact.id, "was": contact.name, "back": opened.back}
    no_person = text(language, "contact.no_person")
    rows = [
        beside(name, submit(text(language, "company.save"), "contact.rename", **carried)),
        *_draw_private(reader, contact, opened),
        *_draw_addresses(reader, contact, opened),
        entries.quiet_row(no_person, "contact.no_person", contact_id=contact.id, back=opened.back),
        kit.note(text(language, "contact.for_all")),
    ]
    return kit.drawer(DRAWER, rows)


def _draw_private(reader: Reader, contact: ContactDetail, opened: Opened) -> list[Json]:
    """Offer to say what somebody without a company is to the firm; who is responsible is asked next."""
    if not contact.is_private or contact.company_id is not None:
        return []
    type_ = choose_one("type", text(reader.language, "company.type"), type_choices(reader.language), NONE)
    save = text(reader.language, "company.save")
    return [beside(type_, submit(save, "contact.classify", contact_id=contact.id, back=opened.back))]


def _draw_addresses(reader: Reader, contact: ContactDetail, opened: Opened) -> list[Json]:
    """Offer to say that another contact is the same person, and to take out an address that is somebody else's."""
    language = reader.language
    same = text(language, "contact.same_person")
    parts = [
        entries.quiet_row(
            say(language, "cards.contact.part", address=clean(one.address, _ADDRESS)),
            "contact.part",
            merged_id=one.id,
            back=opened.back,
        )
        for one in contact.others[:_OTHERS]
    ]
    return [entries.quiet_row(same, "contact.merge", contact_id=contact.id, back=opened.back), *parts]


@draws(SamePersonAsked)
def draw_same_person(reader: Reader, asked: SamePersonAsked) -> Card:
    """Ask who somebody is as well, by a name or an address."""
    language = reader.language
    other = write_text("other", text(language, "contact.other"))
    merge = submit(text(language, "contact.merge"), "contact.merge", contact_id=asked.contact.id, back=asked.back)
    return kit.card([kit.title(asked.summary), beside(other, merge)], [draw_back(reader, asked.back)])


def _offer_take_off(reader: Reader, contact: ContactDetail, opened: Opened) -> list[Json]:
    """Offer to take one of the reader's own contacts off them."""
    if not contact.is_mine:
        return []
    take_off = text(reader.language, "contact.take_off")
    return [entries.quiet_row(take_off, "contact.take_off", contact_id=contact.id, back=opened.back)]


def _offer_me(reader: Reader, contact: ContactDetail, opened: Opened) -> Json | None:
    """Offer to say that a private address is the reader's own."""
    if opened.is_in_public or contact.company_id is not None or not contact.is_mine:
        return None
    return button(text(reader.language, "contact.me"), "contact.is_me", contact_id=contact.id, back=opened.back)


def _draw_facts(reader: Reader, contact: ContactDetail, opened: Opened) -> list[Json]:
    language = reader.language
    count = say_count(language, contact.firm.interaction_count)
    last = join((say_dates(reader, contact.firm, is_first=True), count))
    mine = say_totals(reader, contact.mine) if contact.is_mine else text(language, "company.not_mine")
    others = [clean(one.address, _ADDRESS) for one in contact.others[:_OTHERS]]
    return kit.facts(
        (
            (text(language, "contact.address"), ", ".join([contact.address, *others])),
            (text(language, "company.known_by"), say_knowers(reader, contact)),
            (text(language, "company.last"), last),
            (text(language, "company.with_you"), "" if opened.is_in_public else mine),
        )
    )


def _draw_recent(reader: Reader, contact: ContactDetail) -> list[Json]:
    if not contact.recent:
        return []
    name = contact.name or contact.address
    lines = [kit.note(say_recent(reader, recent, name)) for recent in contact.recent[:RECENT]]
    return [kit.group([kit.subtitle(text(reader.language, "company.recent")), *lines])]


def _draw_company(reader: Reader, contact: ContactDetail) -> list[Json]:
    if contact.company_id is None or contact.company_name is None:
        return []
    language = reader.language
    partner = text(language, "row.no_partner")
    if contact.partner_name:
        partner = say(language, "cards.row.partner", name=clean(contact.partner_name, 40))
    row = entries.typed_row(
        clean(contact.company_name, 70),
        partner,
        contact.company_type,
        type_names(language)[contact.company_type],
        "company.open",
        company_id=contact.company_id,
        back={"verb": "contact.open", "contact_id": contact.id},
    )
    title = "contact.private" if contact.is_private else "contact.company"
    return [kit.group([kit.subtitle(text(language, title)), row])]


def draw_reason(reader: Reader, person: SeenPerson, back: Json | None, note: str = "") -> Card:
    """Say why somebody is a contact, or why not, and offer to make them one."""
    language = reader.language
    name = person.name or person.address
    key = "is_contact" if person.is_contact else "is_no_contact"
    sentence = say(language, f"cards.contact.{key}", name=clean(name, 80))
    body = [kit.title(sentence), kit.note(person.address), kit.line(say_reason(reader, person))]
    if note:
        body.insert(0, kit.line(note))
    actions = [
        _offer_contact(reader, person, back),
        button(text(language, "contact.open"), "contact.open", contact_id=person.id) if person.is_contact else None,
        draw_back(reader, back),
    ]
    return kit.card(body, actions)


def _offer_contact(reader: Reader, person: SeenPerson, back: Json | None) -> Json | None:
    """Offer to make somebody a contact, or to take back what was said against it."""
    given = {"contact_id": person.id, "back": back}
    if person.removal == NO_PERSON:
        return primary(text(reader.language, "contact.is_person"), "contact.is_person", **given)
    if person.removal:
        return primary(text(reader.language, "contact.put_back"), "contact.put_back", **given)
    return None if person.is_contact else primary(text(reader.language, "contact.add"), "contact.add", **given)


@draws(OwnAddressShown)
def draw_own(reader: Reader, shown: OwnAddressShown) -> Card:
    """Return whether an address is the reader's own, and offer the other answer."""
    key, verb = ("not_me", "contact.is_not_me") if shown.is_own else ("me", "contact.is_me")
    body = [kit.title(shown.summary), kit.line(shown.line)]
    other = button(text(reader.language, f"contact.{key}"), verb, address=shown.address, back=shown.back)
    return kit.card(body, [other, draw_back(reader, shown.back)])


def say_reason(reader: Reader, person: SeenPerson) -> str:
    """Say a reason code in words."""
    if person.removal:
        return text(reader.language, f"reason.{person.removal}")
    if person.is_added:
        return text(reader.language, "reason.added")
    return text(reader.language, f"reason.{person.reason or 'unknown'}")


@draws(NoContact)
def _draw_no_contact(reader: Reader, shown: NoContact) -> Card:
    reason = text(reader.language, f"reason.{shown.reason or 'unknown'}")
    return kit.card([kit.title(shown.summary), kit.line(reason)], [draw_back(reader, shown.back)])


@draws(Explained)
def _draw_explained(reader: Reader, explained: Explained) -> Card:
    return draw_reason(reader, explained.person, explained.back, explained.note)
