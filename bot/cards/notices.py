"""Draw the cards of notices. `bot/notices` decides who gets which."""

from collections.abc import Sequence

from bot.cards import entries, kit
from bot.cards.actions import button, primary
from bot.cards.phrases import join, say_last, text
from bot.language import say, say_list
from bot.language.company_types import type_names
from bot.language.wording import clean
from bot.results.notices import FirstSync, Moved, NewCompany, NewContact, SharedView
from bot.turn import Card, Json, Reader
from storage.models import CompanyType

ROWS = 8
_NAME = 60
_STEPS = 3
"""Changes that a notification says one by one."""


def draw_new_contacts(reader: Reader, contacts: Sequence[NewContact], total: int) -> Card:
    """Tell of new people; `total` counts those beyond the card's rows too."""
    language = reader.language
    if total == 1:
        title = say(language, "cards.notice.contact", name=clean(contacts[0].name or contacts[0].address, _NAME))
    else:
        title = say(language, "cards.notice.contacts", count=total)
    return _draw(reader, title, _draw_contacts(reader, contacts), total - len(contacts[:ROWS]))


def _draw_contacts(reader: Reader, contacts: Sequence[NewContact]) -> list[Json]:
    return [
        entries.row(
            clean(contact.name or contact.address, _NAME),
            join(
                (
                    clean(contact.company_name, _NAME),
                    clean(contact.address, _NAME) if contact.name else "",
                    _say_met(reader, contact.met_by),
                )
            ),
            "contact.open",
            contact_id=contact.contact_id,
        )
        for contact in contacts[:ROWS]
    ]


def draw_new_company(reader: Reader, company: NewCompany) -> Card:
    """Tell of a new company and ask the one question: what is it to the firm?"""
    language = reader.language
    people = [clean(name, 40) for name in company.contact_names[:4]]
    if (rest := company.contact_count - len(people)) > 0:
        people.append(say(language, "cards.company.others", count=rest))
    details = join((company.domain, say_list(language, people), _say_met(reader, company.met_by)))
    body = [
        kit.title(say(language, "cards.notice.company", name=clean(company.name, 80))),
        *([kit.note(details)] if details else []),
        kit.line(text(language, "notice.question")),
        _draw_settings_row(reader),
    ]
    answers = [
        button(
            type_names(language)[type_],
            "company.set_type",
            company_id=company.company_id,
            version=company.version,
            type=type_.value,
            asks_next=True,
        )
        for type_ in CompanyType
    ]
    return kit.card(body, answers)


def draw_company_answered(reader: Reader, company: NewCompany, by: str, was: CompanyType | None = None) -> Card:
    """Say that the question about a company was answered, by somebody else or elsewhere, and what it was before."""
    language = reader.language
    sentence = say(
        language,
        "cards.notice.answered",
        name=clean(company.name, 80),
        old=type_names(language)[was],
        type=type_names(language)[company.type],
        by=clean(by, 40),
    )
    return kit.card([kit.line(sentence)], [_open_company(reader, company)])


def draw_own_address(reader: Reader, address: str) -> Card:
    """Tell the reader that an address is taken for their own, and let them say that it is not."""
    sentence = kit.line(say(reader.language, "cards.notice.own_address", address=clean(address, 100)))
    return kit.card([sentence], [button(text(reader.language, "contact.not_me"), "contact.is_not_me", address=address)])


def draw_new_companies(reader: Reader, companies: Sequence[NewCompany], total: int) -> Card:
    """Tell of several new companies; each opens, and there is told what it is."""
    title = say(reader.language, "cards.notice.companies", count=total)
    return _draw(reader, title, _draw_companies(reader, companies), total - len(companies[:ROWS]))


def draw_moved(reader: Reader, kind: str, moved: Sequence[Moved]) -> Card:
    """Tell the reader of companies that they are responsible for now, or no longer, or were not after all (`kind`)."""
    name, by = clean(moved[0].company.name, 80), clean(moved[-1].by, 40)
    title = say(reader.language, f"cards.notice.{kind}", count=len(moved), name=name, by=by)
    return _draw(reader, title, _draw_moves(reader, moved), len(moved) - len(moved[:ROWS]))


def _draw_moves(reader: Reader, moved: Sequence[Moved], *, names_who: bool = False) -> list[Json]:
    return [
        entries.typed_row(
            clean(one.company.name, _NAME),
            join(
                (
                    say(reader.language, f"cards.notice.moved_{one.of}", **_name_sides(reader, one)),
                    clean(one.by, 40) if names_who else "",
                )
            ),
            one.company.type,
            type_names(reader.language)[one.company.type],
            "company.open",
            company_id=one.company.company_id,
        )
        for one in moved[:ROWS]
    ]


def _name_sides(reader: Reader, one: Moved) -> dict[str, str]:
    """Name what a company's partner or type was and is."""
    if one.of == "type":
        names = type_names(reader.language)
        old, new = (names[CompanyType(side) if side else None] for side in (one.was, one.is_now))
        return {"old": old, "new": new}
    nobody = text(reader.language, "notice.no_partner")
    return {"old": clean(one.was, 40) or nobody, "new": clean(one.is_now, 40) or nobody}


def say_moves(reader: Reader, moved: Sequence[Moved]) -> str:
    """Say in one line the first changes, each with old and new."""
    steps = [
        say(reader.language, "notices.step", name=clean(one.company.name, 40), **_name_sides(reader, one))
        for one in moved[:_STEPS]
    ]
    return ", ".join(steps) + (" …" if len(moved) > _STEPS else "")


def _draw_companies(reader: Reader, companies: Sequence[NewCompany]) -> list[Json]:
    names = type_names(reader.language)
    return [
        entries.typed_row(
            clean(company.name, _NAME),
            join((clean(company.domain, _NAME), _say_met(reader, company.met_by), _say_last(reader, company))),
            company.type,
            names[company.type],
            "company.open",
            company_id=company.company_id,
        )
        for company in companies[:ROWS]
    ]


def draw_views_shared(reader: Reader, views: Sequence[SharedView], by: str) -> Card:
    """Tell the reader of views that a colleague shared."""
    language, first = reader.language, views[0]
    title = say(language, "cards.notice.view", count=len(views), name=clean(first.name, 80), by=clean(by, 40))
    if len(views) > 1:
        rows = [
            entries.row(clean(view.name, _NAME), clean(view.words), "view.open", view_id=view.view_id)
            for view in views[:ROWS]
        ]
        return _draw(reader, title, rows, len(views) - len(rows))
    return kit.card(
        [kit.title(title), kit.note(first.words), _draw_settings_row(reader)],
        [
            primary(text(language, "views.open"), "view.open", view_id=first.view_id),
            button(text(language, "views.copy"), "view.duplicate", view_id=first.view_id),
        ],
    )


def draw_first_sync(reader: Reader, found: FirstSync) -> Card:
    """Say once what the reader's mailbox has given."""
    language = reader.language
    contacts = say(language, "cards.notice.found_contacts", count=found.contact_count)
    companies = say(language, "cards.notice.found_companies", count=found.company_count)
    body = [
        kit.title(text(language, "notice.ready")),
        kit.line(say(language, "cards.notice.found", contacts=contacts, companies=companies)),
    ]
    if found.unsorted_count:
        body.append(kit.line(say(language, "cards.notice.unsorted", count=found.unsorted_count)))
    actions = [
        primary(text(language, "notice.show_mine"), "list", filter={}),
        button(text(language, "more.sort_out"), "companies.sort_out") if found.unsorted_count else None,
        button(text(language, "hello.about"), "hello"),
    ]
    return kit.card(body, actions)


def draw_digest(
    reader: Reader,
    contacts: Sequence[NewContact],
    companies: Sequence[NewCompany],
    moved: Sequence[Moved] = (),
    *,
    contact_total: int = 0,
    company_total: int = 0,
) -> Card:
    """Tell at once what came together since the last digest."""
    language = reader.language
    body = [kit.title(text(language, "notice.digest"))]
    partners, types = ([one for one in moved if one.of == of] for of in ("partner", "type"))
    sections = (
        ("moved_section", _draw_moves(reader, partners, names_who=True), len(partners)),
        ("retyped_section", _draw_moves(reader, types, names_who=True), len(types)),
        ("companies", _draw_companies(reader, companies), company_total or len(companies)),
        ("contacts", _draw_contacts(reader, contacts), contact_total or len(contacts)),
    )
    for key, rows, total in sections:
        if rows:
            heading = kit.subtitle(say(language, f"cards.notice.{key}", count=total))
            body.append(kit.group([heading, *rows[: ROWS // 2]]))
    return kit.card([*body, _draw_settings_row(reader)])


def _draw(reader: Reader, title: str, rows: Sequence[Json], rest: int) -> Card:
    language = reader.language
    more = [kit.note(say(language, "cards.notice.more", count=rest))] if rest > 0 else []
    return kit.card([kit.title(title), *rows, *more, _draw_settings_row(reader)])


def _draw_settings_row(reader: Reader) -> Json:
    return entries.quiet_row(text(reader.language, "notice.settings"), "notices.settings")


def _open_company(reader: Reader, company: NewCompany) -> Json:
    return button(text(reader.language, "contact.open_company"), "company.open", company_id=company.company_id)


def _say_met(reader: Reader, names: Sequence[str]) -> str:
    if not names:
        return ""
    people = say_list(reader.language, [clean(name, 40) for name in names[:3]])
    return say(reader.language, "cards.notice.met_by", names=people)


def _say_last(reader: Reader, company: NewCompany) -> str:
    return say_last(reader, company.last_at) if company.last_at else ""
