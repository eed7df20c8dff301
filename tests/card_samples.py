"""One of every card, of an ordinary firm or with the worst names there are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bot.cards import (
    companies,
    contacts,
    files,
    firm,
    list_work,
    lists,
    meetings,
    notice_settings,
    notices,
    pane,
    questions,
    sharing,
    sorting,
    status,
    types_list,
    views,
    welcome,
)
from bot.cards.companies import Opened
from bot.language import say
from bot.results import list_state
from bot.results.companies import SamePersonAsked
from bot.results.firm import Administrator, FirmShown
from bot.results.lists import Listing, ListShown
from bot.results.meetings import MeetingsListed
from bot.results.notices import FirstSync, Moved, NewCompany, NewContact, SharedView
from bot.turn import Ask, File, Language, Reader
from storage.book.addresses import OtherAddress
from storage.book.companies import CompanyDetail, CompanyRow
from storage.book.contacts import ContactDetail, ContactRow, SeenPerson
from storage.book.item_people import Person
from storage.book.meetings import Attendee, Meeting
from storage.book.merged_companies import MergedCompany
from storage.firm.rule_values import FirmRules
from storage.lists.facts import ContactBrief, Knower, Recent, Totals
from storage.lists.filters import Filter
from storage.lists.paging import Page
from storage.lists.periods import Period
from storage.messages.notice_preferences import NoticePreferences
from storage.models import CompanyType
from storage.views.views import ViewRow

NOW = 1_790_000_000
DAY = 86_400
TYPES = (*CompanyType, None, CompanyType.CLIENT, CompanyType.PROSPECT, CompanyType.CLIENT)
NAMES = (
    "Acme Industries",
    "Duval & Fils",
    "Banque Lémanique Privée SA",
    "Northwind Traders",
    "Tribunal de première instance de Genève",
    "Helvetia Re",
    "globex.com",
    "Société Anonyme des Eaux Minérales d'Évian-les-Bains et de l'Abbaye du Val",
    "株式会社東京製作所",
    "شركة الخليج",
)
PEOPLE = ("Anne Martin", "Marc Lefèvre", "Zoé Brun", "Jean-Baptiste de La Tour")
WORST = {
    "arabic": "شركة" * 50,
    "chinese": "東京製作所" * 40,
    "emoji": "👩‍⚖️🏛️" * 29,
    "markdown": "[x](javascript:alert(1)) **b** _i_ <img src=x onerror=alert(1)> ${name} {{DATE(0)}}",
    "reversed": "\u202eevil\u202c\x00\n\t\u200b name " * 10,
}
CURSOR = "WyJuZXh0IiwibGFzdCIsMTc5MDAwMDAwMCwxMjM0NTZd"


@dataclass(frozen=True)
class World:
    """The names that a set of cards is drawn with."""

    companies: tuple[str, ...] = NAMES
    people: tuple[str, ...] = PEOPLE
    words: str = "Companies of mine · clients · partner Anne Martin"
    text: str = ""
    cursor: str = CURSOR
    host: str = "acme.example"

    def company(self, number: int) -> str:
        return self.companies[number % len(self.companies)]

    def person(self, number: int) -> str:
        return self.people[number % len(self.people)]


ORDINARY = World()


def worst_world(name: str) -> World:
    worst = WORST[name]
    return World((worst,), (worst,), worst, worst[:200], CURSOR * 24, f"{'long' * 14}.example")


def draw_all(language: Language, world: World = ORDINARY) -> Iterator[tuple[str, dict[str, Any]]]:
    """Draw one of every card, each with its name."""
    reader = Reader(language, NOW, "Europe/Zurich")
    yield from _draw_lists(reader, world)
    yield from _draw_things(reader, world)
    yield from _draw_meetings(reader, world)
    yield from _draw_questions(reader, world)
    yield from _draw_views(reader, world)
    yield from _draw_notices(reader, world)
    yield from _draw_pane(reader, world)


def rows(world: World, count: int = 10) -> list[CompanyRow]:
    return [
        CompanyRow(
            id=number + 10**15,
            name=world.company(number),
            is_provisional=number == 6,
            type=TYPES[number % len(TYPES)],
            partner_id=1 if number % 3 else None,
            partner_name=world.person(number) if number % 3 else None,
            domain="acme.example",
            version=3,
            contact_count=4,
            interaction_count=128 * number + 1,
            first_at=NOW - 900 * DAY,
            last_at=NOW - DAY * number * number * 3 - 7_200,
        )
        for number in range(count)
    ]


def contact_rows(world: World, count: int = 10) -> list[ContactRow]:
    return [
        ContactRow(
            id=number + 10**15,
            name=world.person(number) if number % 4 else "",
            address=f"somebody.{number}@{world.host}",
            company_id=5,
            company_name=world.company(number),
            interaction_count=3 * number + 1,
            first_at=0,
            last_at=0 if number == 9 else NOW - DAY * number,
        )
        for number in range(count)
    ]


def company(world: World) -> CompanyDetail:
    knowers = tuple(Knower(n, world.person(n), True, 120 - n, NOW - DAY * n) for n in range(7))
    recent = tuple(
        Recent(kind, NOW - DAY * (n + 2), (1, 2), (world.person(n), world.person(n + 1)), (world.person(n + 2),))
        for n, kind in enumerate(("sent", "meeting", "received"))
    )
    briefs = tuple(ContactBrief(n + 10**15, world.person(n), f"person{n}@acme.example", 4, NOW) for n in range(10))
    totals = Totals(100, 80, 12, 192, NOW - 900 * DAY, NOW - 2 * DAY, NOW - 40 * DAY, NOW - 2 * DAY)
    return CompanyDetail(
        id=10**15,
        name=world.company(0),
        is_provisional=True,
        type=CompanyType.CLIENT,
        partner_id=1,
        partner_name=world.person(0),
        version=7,
        contact_count=12,
        domains=tuple(f"acme{n}.{world.host}" for n in range(6)),
        firm=totals,
        mine=totals,
        is_mine=True,
        is_kept=False,
        knowers=knowers,
        knower_count=9,
        recent=recent,
        contacts=briefs,
        merged=tuple(MergedCompany(10**15 + n, world.company(n), 10**15) for n in (1, 2)),
    )


def contact(world: World) -> ContactDetail:
    of = company(world)
    return ContactDetail(
        id=10**15,
        name=world.person(1),
        address="marc@acme.example",
        reason="wrote",
        is_added=False,
        company_id=of.id,
        company_name=of.name,
        company_type=of.type,
        partner_name=of.partner_name,
        is_private=False,
        firm=of.firm,
        mine=of.mine,
        is_mine=True,
        is_kept=False,
        knowers=of.knowers,
        knower_count=9,
        recent=of.recent,
        others=tuple(OtherAddress(n, world.person(n), f"other{n}@{world.host}", 10**15) for n in (1, 2)),
    )


def meeting(world: World, number: int = 0) -> Meeting:
    people = tuple(
        Attendee(
            contact_id=n + 10**15,
            name=world.person(n) if n else "",
            address=f"p{n}@{world.host}",
            is_contact=n != 1,
            company_id=n + 1 if n < 3 else None,
            company_name=world.company(n),
        )
        for n in range(number + 1)
    )
    return Meeting(NOW + number * DAY * number, people)


def _draw_meetings(reader: Reader, world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    again = {"verb": "meetings", "company_id": 10**15, "when": "next_week"}
    all_ = tuple(meeting(world, n) for n in range(10))
    full = MeetingsListed(
        summary=world.company(0), meetings=all_, further=again, note=world.words, reading=world.words, again=again
    )
    yield "meetings", meetings.draw_meetings(reader, full)
    yield (
        "meetings_none",
        meetings.draw_meetings(reader, replace(full, meetings=(), further=None, note="", reading="")),
    )


def _listing(world: World, **changes: Any) -> Listing:
    filter_ = Filter(
        scope="firm",
        types=(CompanyType.CLIENT, None),
        partners=("me", 7, 8, 10**15, "nobody"),
        known_by=(10**15,),
        last=Period("not_for", days=77),
        text=world.text,
        sort="name",
        is_ascending=True,
    )
    people = {10**15: world.person(0), 7: world.person(1), 8: world.person(2)}
    return Listing(**({"filter": filter_, "words": world.words, "cursor": world.cursor, "people": people} | changes))


def _draw_list(reader: Reader, listing: Listing, page: Page[Any]) -> dict[str, Any]:
    shown = ListShown(summary="", listing=listing, page=page, total=len(page.rows), has_more=page.next is not None)
    return lists.draw_list(reader, shown)


def _draw_lists(reader: Reader, world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    plain = Listing(Filter(types=(CompanyType.CLIENT,)), world.words)
    yield "list", _draw_list(reader, plain, Page(rows(world), next=CURSOR))
    full = _listing(world, not_understood=(world.person(0),) * 6, title=world.company(0), view_id=7, note=world.words)
    count = list_state.count_rows(full)
    page = Page(rows(world, count), next=world.cursor, previous=world.cursor)
    yield "list_full", _draw_list(reader, full, page)
    yield "list_empty", _draw_list(reader, plain, Page([]))
    yield "list_public", _draw_list(reader, _listing(world, is_in_public=True), page)
    of_contacts = _listing(world).filter.changed(of="contacts", company_id=7)
    at_company = _listing(world, company_name=world.company(0), filter=of_contacts)
    people = Page(contact_rows(world, count), next=world.cursor, previous=world.cursor)
    yield "list_contacts", _draw_list(reader, at_company, people)
    groups = [
        types_list.TypeGroup(t, list_state.shorten(Filter(types=(t,))), rows(world, 3), True)
        for t in (*CompanyType, None)
    ]
    yield "list_types", types_list.draw_types(reader, groups, "mine")
    state = list_state.state_of(full, world.cursor)
    yield "list_save", list_work.draw_save(reader, world.words, state, view(world), world.company(0))
    yield "list_more", list_work.draw_more(reader, world.company(0), world.words, state, is_of_companies=True)
    limit = lists.fit(full, [world.company(n) for n in range(count)])
    ticks = list_work.draw_ticks(reader, rows(world, count), state, title="x", words=world.words, limit=limit)
    yield "list_ticks", ticks
    file = File(f"{world.company(0)}.xlsx", "application/x", 9_000, Ask("export.deliver", {"filter": state["filter"]}))
    yield "file_offer", files.draw_offer(reader, file, world.words)
    yield "file_delivered", files.draw_delivered(reader, file.name, 1_234)


def _back(world: World) -> dict[str, Any]:
    return {"verb": "list", **list_state.state_of(_listing(world, cursor=CURSOR, filter=Filter()), CURSOR)}


def _draw_things(reader: Reader, world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    of = company(world)
    yield "company", companies.draw_company(reader, of, Opened(back=_back(world), meeting=meeting(world, 6)))
    changed = Opened(world.words, (10**15, 10**15 + 1), _back(world))
    yield "company_changed", companies.draw_company(reader, of, changed)
    wrong = Opened(back=_back(world), wrong="user_id", error=world.words)
    yield "company_wrong", companies.draw_company(reader, of, wrong)
    yield "company_partner_question", companies.draw_partner_question(reader, of, changed)
    yield "company_public", companies.draw_company(reader, of, Opened(is_in_public=True))
    circle = sharing.Circle(tuple(f"29:{number}" for number in range(70)), is_of_the_firm=True)
    yield "company_shared", sharing.draw_shared_company(reader, of, circle)
    yield "company_strangers", sharing.draw_shared_company(reader, of, sharing.Circle(("29:1",)))
    yield "company_name", sharing.draw_name_alone(reader.language, of.name)
    yield "contact", contacts.draw_contact(reader, contact(world), Opened(back=_back(world), meeting=meeting(world)))
    alone = replace(contact(world), is_private=True, company_id=None, company_name=None, others=())
    yield "contact_private", contacts.draw_contact(reader, alone, Opened(back=_back(world)))
    asked = SamePersonAsked(summary=world.person(0), contact=contact(world), back=_back(world))
    yield "contact_same_person", contacts.draw_same_person(reader, asked)
    client = replace(of, person_id=10**15, domains=(), merged=())
    yield "company_private", companies.draw_company(reader, client, Opened(back=_back(world)))
    yield "contact_public", contacts.draw_contact(reader, contact(world), Opened(is_in_public=True))
    seen = SeenPerson(10**15, world.person(0), "seen@acme.example", False, False, "seen", 5, world.company(0))
    yield "contact_reason", contacts.draw_reason(reader, seen, _back(world))
    yield (
        "contact_shared",
        sharing.draw_shared_contact(reader, world.person(0), "a@b.example", world.company(0), circle),
    )
    yield "sorting", sorting.draw_companies_to_sort_out(reader, Page(rows(world), next=CURSOR, previous=CURSOR), "firm")
    yield "sorting_next", sorting.draw_next(reader, of, CURSOR, "firm", note=world.words, audit_ids=(1, 2))


def _draw_questions(reader: Reader, world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    data = {"verb": "company.set_type", "company_id": 10**15, "type": "client", "is_confirmed": True}
    yield (
        "confirmation",
        questions.draw_confirmation(reader, world.words, world.company(0), data, details=[world.words]),
    )
    options = [questions.Option(world.company(n), world.person(n), data) for n in range(8)]
    yield "which", questions.draw_which(reader, world.words, options, _back(world))
    yield "message", questions.draw_message(reader, world.words, [world.words], [world.words] * 5)
    undo = companies.draw_undo(reader, list(range(10**15, 10**15 + 100)), _back(world))
    yield "done", questions.draw_done(reader, world.words, [undo], [world.words])
    conflict = questions.draw_conflict(reader, world.words, company(world), anyway=data, leave={"verb": "cancel"})
    yield "conflict", conflict
    examples = {"company": world.company(1), "person": world.person(1), "view": world.company(2)}
    yield "hello", welcome.draw_hello(reader, world.words, examples)
    yield "help", welcome.draw_help(reader, examples)
    yield "unknown", welcome.draw_unknown(reader, world.person(0), (world.company(0),) * 5)
    yield "pointer", welcome.draw_pointer(say(reader.language, "cards.pointer_outsiders"))
    yield (
        "notice_settings",
        notice_settings.draw_notice_settings(reader, NoticePreferences(muted=("view",)), world.words),
    )
    people = tuple(
        Administrator(f"{n:08}-1111-4111-8111-111111111111", n, world.person(n) if n else "") for n in range(4)
    )
    rules = FirmRules(own_domains=("one.example", "two.example"), controller=world.words[:300])
    for section in firm.SECTIONS:
        others = tuple((n, world.person(n)) for n in range(15))
        told = {"section": section, "note": world.words}
        shown = FirmShown(rules=rules, administrators=people, colleagues=others, **told)
        yield f"firm_{section}", firm.draw_firm(reader, shown)
    troubles = tuple(status.SyncFailure(world.person(n), f"answered:{world.words}", NOW + 600) for n in range(20))
    stands = status.Status(
        1_000, 900, 50, 20, 30, 0.9, NOW + 3_600, NOW - 60, f"answered:{world.words}", troubles, 9_000, 900, 1
    )
    yield "status_polled", status.draw_status(reader, replace(stands, polled_count=7, polled_seconds=(300, 60)))
    yield "status_credential", status.draw_credential(reader, reader.now + 7 * 86_400 + 60)
    yield "status", status.draw_status(reader, stands)


def view(world: World, number: int = 7, **changes: Any) -> ViewRow:
    values: dict[str, Any] = {
        "id": number,
        "builtin": None,
        "name": world.company(number),
        "filter": Filter(),
        "owner_id": 1,
        "owner_name": world.person(0),
        "is_own": True,
        "is_default": False,
        "is_hidden": False,
        "is_shared_with_firm": False,
        "shared_with": 3,
        "version": 1,
    }
    return ViewRow(**(values | changes))


def _draw_views(reader: Reader, world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    builtin = view(world, -1, builtin="my_companies", name="", is_own=False, shared_with=0, is_default=True)
    foreign = view(world, 9, is_own=False, shared_with=0)
    everything = [builtin, foreign, *(view(world, number) for number in range(1, 30))]
    words = [world.words] * len(everything)
    yield (
        "views",
        views.draw_views(reader, everything, words, start=12, hidden_count=2, note=world.words, audit_ids=[1]),
    )
    yield "views_few", views.draw_views(reader, everything[:5], words[:5])
    readers = [world.person(number) for number in range(30)]
    settings = views.draw_settings(reader, view(world), world.words, readers=readers, note=world.words, audit_ids=[1])
    yield "view_settings", settings
    yield "view_foreign", views.draw_settings(reader, foreign, world.words)
    data = {"verb": "list", "filter": {"text": world.text}}
    yield "view_shared", sharing.draw_shared_view(reader, world.company(0), world.words, data, sharing.Circle())


def _draw_notices(reader: Reader, world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    people = (world.person(0), world.person(1), world.person(2))
    met = [NewContact(10**15 + n, world.person(n), "a@b.example", world.company(n), people) for n in range(12)]
    made = [
        NewCompany(10**15 + n, world.company(n), 3, "acme.example", TYPES[n], people, people, NOW - DAY)
        for n in range(10)
    ]
    moved = [Moved(one, world.person(0), world.person(1), "") for one in made]
    yield "notice_contact", notices.draw_new_contacts(reader, met[:1], 1)
    yield "notice_contacts", notices.draw_new_contacts(reader, met, 40)
    yield "notice_company", notices.draw_new_company(reader, made[0])
    yield "notice_companies", notices.draw_new_companies(reader, made, 30)
    yield "notice_answered", notices.draw_company_answered(reader, made[0], world.person(0))
    yield "notice_partner", notices.draw_moved(reader, "partner", moved[:1])
    yield "notice_partner_of", notices.draw_moved(reader, "partner", moved)
    yield "notice_replaced", notices.draw_moved(reader, "replaced", moved[:1])
    yield "notice_taken_off", notices.draw_moved(reader, "taken_off", moved)
    yield "notice_taken_back", notices.draw_moved(reader, "taken_back", moved[:1])
    retyped = [Moved(one, world.person(0), "client", "", of="type") for one in made]
    yield "notice_retyped", notices.draw_moved(reader, "retyped", retyped[:1])
    yield "notice_retyped_several", notices.draw_moved(reader, "retyped", retyped)
    yield "notice_retyped_back", notices.draw_moved(reader, "retyped_back", retyped[:1])
    shared = [SharedView(10**15 + n, world.company(n), world.words) for n in range(12)]
    yield "notice_view", notices.draw_views_shared(reader, shared[:1], world.person(0))
    yield "notice_views", notices.draw_views_shared(reader, shared, world.person(0))
    yield "notice_first_sync", notices.draw_first_sync(reader, FirstSync(1_234, 321, 45))
    yield "notice_digest", notices.draw_digest(reader, met, made, [*moved, *retyped])


def _draw_pane(reader: Reader, world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    address = f"somebody@{world.host}"
    dates = {"last_at": NOW - DAY, "met_at": NOW - 40 * DAY, "mail_at": NOW - DAY}
    known = tuple(Person(address, "contact", n + 1, world.person(n), 5, world.company(0), **dates) for n in range(8))
    next_ones = {person.id: meeting(world, 6) for person in known if person.id is not None}
    seen = tuple(Person(address, "seen", n + 1, world.person(n)) for n in range(5))
    unknown = (
        *seen,
        Person(address, "unknown"),
        Person("?", "invalid", None, world.person(0)),
        Person(address, "machine", None, world.person(1), reason="no_reply"),
    )
    machine = unknown[-1]
    of = company(world)
    one = pane.OnItem(
        (pane.Met(of, (*known[:3], machine), meeting(world, 6)),), known[:1], unknown, 2, 3, meetings=next_ones
    )
    yield "pane_one", pane.draw_item(reader, one, "read", _back(world))
    several = pane.OnItem(
        (pane.Met(of, (*known, machine, machine), meeting(world, 6)),) * 6, known, unknown, 2, 3, meetings=next_ones
    )
    yield "pane_several", pane.draw_item(reader, several, "read")
    yield "pane_strangers", pane.draw_item(reader, pane.OnItem(strangers=seen[:1]), "read")
    yield "pane_nobody", pane.draw_item(reader, pane.OnItem(colleague_count=3), "read")
