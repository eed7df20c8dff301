"""The card of one company: what it is to the firm, who is responsible, who knows it; and the drawer to put it right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards import entries, kit
from bot.cards.actions import button, submit, toggle
from bot.cards.drawing import draws
from bot.cards.inputs import beside, choose_one, choose_person, write_text
from bot.cards.meetings import draw_next
from bot.cards.phrases import join, say_count, say_dates, say_last, say_totals, text, type_choices
from bot.language import say, say_list
from bot.language.company_types import type_names
from bot.language.wording import clean
from bot.results.choices import NOBODY, NONE
from bot.results.companies import MergeAsked
from bot.turn import Card, Choice, Json, Reader
from storage.book.companies import CompanyDetail
from storage.book.contacts import ContactDetail
from storage.book.meetings import Meeting
from storage.lists.facts import ContactBrief, Knower, Recent

DRAWER = "change"
KNOWERS = 5
CONTACTS = 5
RECENT = 3
ANSWERS = 3
"""Colleagues who are offered as the answer."""
_NAME = 60
_MERGED = 6
"""So many merged companies are named."""


@dataclass(frozen=True, slots=True)
class Opened:
    """How a company came to be open."""

    note: str = ""
    """What was just done."""
    audit_ids: tuple[int, ...] = ()
    """What `undo` takes back."""
    back: Json | None = None
    """The verb and data of where the reader came from."""
    is_in_public: bool = False
    wrong: str = ""
    """The field of the form that could not be read: the form is open, and `error` stands under it."""
    error: str = ""
    is_undo: bool = False
    """What `undo` takes back took something back itself."""
    meeting: Meeting | None = None
    """The reader's own next one."""


PLAIN = Opened()


def draw_company(reader: Reader, company: CompanyDetail, opened: Opened = PLAIN) -> Card:
    """Draw a company; in public only what the whole firm may know of it, and nothing to change it with."""
    body = [*draw_head(reader, company), *draw_note(opened.note), *draw_facts(reader, company)]
    if not opened.is_in_public:
        body += [*draw_mine(reader, company), *draw_next(reader, opened.meeting)]
        body += draw_keeping(reader, company, opened.back)
    body += _draw_recent(reader, company)
    body += _draw_contacts(reader, company)
    if not opened.is_in_public:
        body.append(draw_drawer(reader, company, opened))
    return kit.card(body, _draw_actions(reader, company, opened))


def draw_note(note: str) -> list[Json]:
    """Say what was just done, where something was."""
    return [kit.good_news(note)] if note else []


def draw_head(reader: Reader, company: CompanyDetail) -> list[Json]:
    """Say which company it is, and what to the firm."""
    head = entries.headed(clean(company.name), company.type, type_names(reader.language)[company.type])
    if company.person_id is not None:
        return [head, kit.note(text(reader.language, "company.private"))]
    return [head, kit.note(text(reader.language, "company.provisional"))] if company.is_provisional else [head]


def draw_facts(reader: Reader, company: CompanyDetail) -> list[Json]:
    """Say what everyone of the firm may know of a company."""
    language = reader.language
    return kit.facts(
        (
            (text(language, "company.responsible"), company.partner_name or text(language, "company.no_partner")),
            (text(language, "company.domains"), ", ".join(company.domains[:6])),
            (text(language, "company.merged"), ", ".join(clean(one.name, _NAME) for one in company.merged[:_MERGED])),
            (text(language, "company.known_by"), say_knowers(reader, company)),
            (text(language, "company.last"), _say_last(reader, company)),
        )
    )


def _say_last(reader: Reader, company: CompanyDetail) -> str:
    """Say when the firm last met and wrote with a company, and how much it has had with it."""
    count = say_count(reader.language, company.firm.interaction_count)
    return join((say_dates(reader, company.firm, is_first=True), count))


def say_knowers(reader: Reader, known: CompanyDetail | ContactDetail) -> str:
    """Name who in the firm wrote to or met a company or a contact."""
    names = [
        say(reader.language, "cards.company.knower", name=clean(knower.name, 40), count=knower.interaction_count)
        for knower in known.knowers[:KNOWERS]
    ]
    rest = known.knower_count - len(names)
    if rest > 0:
        names.append(say(reader.language, "cards.company.others", count=rest))
    return say_list(reader.language, names) if names else text(reader.language, "company.nobody")


def draw_mine(reader: Reader, company: CompanyDetail) -> list[Json]:
    """Say what the reader has had with a company."""
    value = say_totals(reader, company.mine) if company.is_mine else text(reader.language, "company.not_mine")
    return kit.facts(((text(reader.language, "company.with_you"), value),))


def draw_keeping(reader: Reader, own: CompanyDetail | ContactDetail, back: Json | None) -> list[Json]:
    """Offer to keep what is the reader's own to them, or say that nobody else sees it and offer to share it again.

    A line and no button, since a card has room for six.
    """
    if not (own.is_mine or own.is_kept):
        return []
    of = "company_id" if isinstance(own, CompanyDetail) else "contact_id"
    title = text(reader.language, "keeping.share" if own.is_kept else "keeping.keep")
    said = [kit.note(text(reader.language, "keeping.is_kept"))] if own.is_kept else []
    return [*said, entries.quiet_row(title, "keep", **{of: own.id}, is_kept=not own.is_kept, back=back)]


def _draw_recent(reader: Reader, company: CompanyDetail) -> list[Json]:
    if not company.recent:
        return []
    lines = [kit.note(say_recent(reader, recent, company.name)) for recent in company.recent[:RECENT]]
    return [kit.group([kit.subtitle(text(reader.language, "company.recent")), *lines])]


def say_recent(reader: Reader, recent: Recent, other_side: str) -> str:
    """Say one mail or meeting: who, with whom, when; never what it was about."""
    language = reader.language
    users = say_list(language, [clean(name, 40) for name in recent.user_names[:3]]) or text(language, "somebody")
    contacts = say_list(language, [clean(name, 40) for name in recent.contact_names[:3]]) or clean(other_side, 40)
    what = say(language, f"cards.recent.{recent.kind}", users=users, contacts=contacts)
    return join((what, say_last(reader, recent.occurred_at)))


def _draw_contacts(reader: Reader, company: CompanyDetail) -> list[Json]:
    if not company.contacts:
        return []
    language = reader.language
    back = {"verb": "company.open", "company_id": company.id}
    rows = [_draw_contact(reader, contact, back) for contact in company.contacts[:CONTACTS]]
    if company.contact_count > len(rows):
        # The firm's list holds nobody whom the reader keeps.
        scope = "mine" if company.is_kept else "firm"
        everyone = {"of": "contacts", "scope": scope, "company_id": company.id}
        title = say(language, "cards.company.all_contacts", count=company.contact_count)
        rows.append(entries.row(title, "", "list", filter=everyone))
    return [kit.group([kit.subtitle(text(language, "company.contacts")), *rows])]


def _draw_contact(reader: Reader, contact: ContactBrief, back: Json) -> Json:
    address = clean(contact.address, _NAME) if contact.name else ""
    detail = join((address, say_last(reader, contact.last_at)))
    name = clean(contact.name or contact.address, _NAME)
    return entries.row(name, detail, "contact.open", contact_id=contact.id, back=back)


def draw_drawer(reader: Reader, company: CompanyDetail, opened: Opened) -> Json:
    """Draw the drawer in which type, partner and name are put right, each with a button of its own."""
    language = reader.language
    carried = {"company_id": company.id, "version": company.version, "back": opened.back}
    save = text(language, "company.save")
    chosen = company.type or NONE
    type_ = choose_one("type", text(language, "company.type"), type_choices(language), chosen)
    person = choose_person(
        "user_id", text(language, "company.partner"), say_today(reader, company), suggest(reader, company)
    )
    name = write_text("new_name", text(language, "company.name"), value=company.name)
    clear = entries.quiet_row(text(language, "company.clear"), "company.set_partner", user_id=NOBODY, **carried)
    wrong = [kit.error(opened.error)]
    return kit.drawer(
        DRAWER,
        [
            beside(type_, submit(save, "company.set_type", **carried)),
            beside(person, submit(save, "company.set_partner", **carried)),
            *(wrong if opened.wrong == "user_id" else []),
            *([clear] if company.partner_id is not None else []),
            beside(name, submit(save, "company.rename", **carried)),
            *(wrong if opened.wrong == "new_name" else []),
            *_draw_merges(reader, company, opened),
        ],
        is_open=bool(opened.wrong),
    )


def _draw_merges(reader: Reader, company: CompanyDetail, opened: Opened) -> list[Json]:
    """Offer to say that it is one with another company, and to take out one that was merged into it."""
    if reader.is_shared or company.person_id is not None:
        return []
    language = reader.language
    carried = {"company_id": company.id, "version": company.version, "back": opened.back}
    merge = entries.quiet_row(text(language, "company.merge_other"), "company.merge", **carried)
    parts = [
        entries.quiet_row(
            say(language, "cards.company.part", name=clean(one.name, _NAME)),
            "company.part",
            merged_id=one.id,
            back=opened.back,
        )
        for one in company.merged[:_MERGED]
    ]
    return [merge, *parts]


@draws(MergeAsked)
def _draw_merge(reader: Reader, asked: MergeAsked) -> Card:
    """Ask with which company it is one, by its name."""
    language, company = reader.language, asked.company
    other = write_text("other", text(language, "company.other"))
    carried = {"company_id": company.id, "version": company.version, "back": asked.back}
    merge = submit(text(language, "company.merge"), "company.merge", **carried)
    return kit.card([kit.title(asked.summary), beside(other, merge)], [draw_back(reader, asked.back)])


def say_today(reader: Reader, company: CompanyDetail) -> str:
    """Say in the empty field who is responsible today."""
    if not company.partner_name:
        return text(reader.language, "company.person_hint")
    return say(reader.language, "cards.company.today", name=clean(company.partner_name, 60))


def suggest(reader: Reader, company: CompanyDetail) -> list[Choice]:
    """Name those who may well be the partner: the reader, and who knows the company best, with the reason."""
    taken = {company.partner_id, reader.user_id}
    known = [person for person in company.knowers if person.is_active and person.user_id not in taken]
    best = sorted(known, key=lambda person: -person.interaction_count)[:KNOWERS]
    others = [Choice(_say_reason(reader, person), str(person.user_id)) for person in best]
    is_theirs = company.partner_id is not None and company.partner_id == reader.user_id
    me = Choice(text(reader.language, "company.me"), "me")
    return others if is_theirs and others else [me, *others]  # Microsoft's renderer refuses a field without a choice


def _say_reason(reader: Reader, person: Knower) -> str:
    """Name a colleague, and say how well they know the company."""
    count = say_count(reader.language, person.interaction_count)
    return join((clean(person.name, 60), count, say_last(reader, person.last_at)))


def draw_partner_question(reader: Reader, company: CompanyDetail, opened: Opened) -> Card:
    """Say what was done and ask the second question about a new company: who is responsible for it?"""
    language = reader.language
    carried = {"company_id": company.id, "version": company.version, "back": opened.back}
    known = suggest(reader, company)
    answers = [
        entries.row(choice.title, "", "company.set_partner", user_id=choice.value, **carried)
        for choice in known[:ANSWERS]
    ]
    # In sight at once, so that a colleague who is not offered takes a click into the field and one on the button.
    person = choose_person("user_id", text(language, "company.somebody_else"), say_today(reader, company), known)
    other = beside(person, submit(text(language, "company.save"), "company.set_partner", **carried))
    later = button(text(language, "company.later"), "company.open", company_id=company.id, back=opened.back)
    body = [
        *draw_head(reader, company),
        *draw_note(opened.note),
        kit.strong(text(language, "company.partner_question")),
    ]
    return kit.card(
        [*body, *answers, other],
        [
            later,
            draw_undo(reader, opened.audit_ids, is_undo=opened.is_undo),
        ],
    )


def _draw_actions(reader: Reader, company: CompanyDetail, opened: Opened) -> list[Json | None]:
    # A card has room for six actions: what can be undone goes first, and the drawer takes a company as well.
    has_no_room = bool(opened.is_in_public or opened.audit_ids)
    return [
        None if opened.is_in_public else toggle(text(reader.language, "company.change"), DRAWER),
        None if has_no_room else draw_taking(reader, company, opened.back),
        draw_undo(reader, opened.audit_ids, opened.back, is_undo=opened.is_undo),
        draw_back(reader, opened.back),
    ]


def draw_taking(reader: Reader, company: CompanyDetail, back: Json | None) -> Json | None:
    """Return the button of whoever is responsible for a company that has nobody yet."""
    if company.partner_id is not None:
        return None
    carried = {"company_id": company.id, "version": company.version, "back": back}
    return button(text(reader.language, "company.take"), "company.set_partner", user_id="me", **carried)


def draw_undo(
    reader: Reader, audit_ids: Sequence[int], back: Json | None = None, *, is_undo: bool = False
) -> Json | None:
    """Return the button that takes back what was just done, called a redo after an undo."""
    if not audit_ids:
        return None
    return button(text(reader.language, "redo" if is_undo else "undo"), "undo", audit_ids=list(audit_ids), back=back)


def draw_back(reader: Reader, back: Json | None) -> Json | None:
    """Return the button that leads back to where the reader came from."""
    if not back:
        return None
    data: dict[str, Any] = {key: value for key, value in back.items() if key != "verb"}
    return button(text(reader.language, "back"), str(back["verb"]), **data)
