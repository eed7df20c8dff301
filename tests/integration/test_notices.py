"""Who hears of what, when, and what becomes of it; the messenger is a fake, all else is real."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import insert, select, update

from bot.demo.connector import Sent as Arrived
from bot.door import Door
from bot.errors import ForbiddenError
from bot.notices import Notices, Sender, Sent
from bot.notices.plan import PAUSED_SECONDS
from bot.turn import Notice
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.firm.rules import set_rules
from storage.firm.users import get_known_user
from storage.history.own_addresses import add_suspected_addresses, set_own_address
from storage.history.page import Applied
from storage.lists.filters import Filter
from storage.lists.periods import Period
from storage.messages.notice_preferences import NoticePreferences, set_notice_preferences
from storage.messages.outbox import STUCK_AFTER, NewNotice, add_notices
from storage.models import Company, Contact, Mailbox, Outbox, Tenant, User
from storage.viewer import Viewer
from storage.views.changes import add_view, share_view
from tests.account import balance_messages
from tests.books import has_passed
from tests.factories import add_company, add_company_relationship, add_contact, add_relationship, add_tenant, add_user

ALL_DAY = NoticePreferences(from_hour=0, until_hour=24)
NOON = 1_767_268_800
"""2026-01-01 12:00 UTC."""


@dataclass
class FakeMessenger:
    """Takes messages, and answers as it is told; `sent` unless told."""

    answers: list[Sent] = field(default_factory=list)
    sent: list[tuple[int, dict, str]] = field(default_factory=list)
    updated: list[tuple[str, dict, str]] = field(default_factory=list)
    numbers: itertools.count = field(default_factory=itertools.count)
    hanging: dict[int, asyncio.Event] = field(default_factory=dict)
    """Whose chat answers no sooner than the event comes."""
    arrived: list[Arrived] = field(default_factory=list)
    """What people have before them, and what they may have."""

    async def send(self, tenant_id, user_id, card, summary) -> Sent:
        if user_id in self.hanging:
            await self.hanging[user_id].wait()
        self.sent.append((user_id, card, summary))
        sent = self.answers.pop(0) if self.answers else Sent("sent", "chat", f"activity-{next(self.numbers)}")
        if sent.outcome in ("sent", "unknown"):
            number = sent.activity_id or f"lost-{len(self.arrived)}"
            activity = {"type": "message", "id": number, "attachments": [card], "channelData": {"notification": {}}}
            self.arrived.append(Arrived(0, f"chat of {user_id}", {"id": user_id}, activity))
        return sent

    async def update(self, tenant_id, conversation_id, activity_id, card, summary) -> Sent:
        self.updated.append((activity_id, card, summary))
        return self.answers.pop(0) if self.answers else Sent("sent", conversation_id, activity_id)

    @property
    def told(self) -> list[tuple[int, str]]:
        return [(user_id, summary) for user_id, _, summary in self.sent]


class Firm:
    """A firm with two colleagues, a clock that is moved by hand, and somebody to speak for the bot."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = float(NOON)
        self.messenger = FakeMessenger()
        self.notices = Notices(lambda: self.now, ALL_DAY)
        self.sender = self.make_sender()
        self.anne = self.bob = self.zoe = 0

    def make_sender(self, **values) -> Sender:
        values = {"patience": 60, **values}
        return Sender(self.database, self.messenger, clock=lambda: self.now, default=ALL_DAY, **values)

    async def set_up(self) -> None:
        async with self.database.writing(SYSTEM) as connection:
            await add_tenant(connection)
            self.anne = await add_user(connection, "Anne Martin")
            self.bob = await add_user(connection, "Bob Stone")
            self.zoe = await add_user(connection, "Zoé Brun")

    async def apply(self, user_id: int, *, contacts=(), companies=(), is_first_sync=False) -> None:
        applied = Applied(new_contact_ids=list(contacts), new_company_ids=list(companies))
        async with self.database.writing(1) as connection:
            await self.notices.on_applied(connection, 1, user_id, applied, is_first_sync)

    async def add(self, *notices: Notice) -> None:
        async with self.database.writing(1) as connection:
            await self.notices.add(connection, 1, notices)

    async def meet(self, user_id: int, name: str = "Acme", *people: str) -> tuple[int, list[int]]:
        """Let a user meet people at a company; gives their numbers."""
        async with self.database.writing(1) as connection:
            company = await add_company(connection, name)
            contacts = [await add_contact(connection, person, company_id=company) for person in people]
            await add_company_relationship(connection, user_id, company)
            for contact in contacts:
                await add_relationship(connection, user_id, contact)
        return company, contacts

    async def add_person(self, user_id: int, company_id: int, name: str) -> int:
        async with self.database.writing(1) as connection:
            contact = await add_contact(connection, name, company_id=company_id)
            await add_relationship(connection, user_id, contact)
        return contact

    async def pass_time(self, seconds: float = 2) -> None:
        """Let time pass, and everything be said that is due then."""
        self.now += seconds
        for _ in range(10):
            if await self.sender.work():
                return

    async def balance(self) -> None:
        """Let every fault end and days pass, and compare what was to be said with what people have before them."""
        self.messenger.answers.clear()
        for _ in range(4):
            await self.pass_time(86_400)
        columns = (Outbox.user_id, Outbox.state, Outbox.activity_id, Outbox.due_at)
        async with self.database.reading(SYSTEM) as connection:
            rows = list(await connection.execute(select(*columns).where(Outbox.kind != "update")))
        balance_messages(rows, self.messenger.arrived, int(self.now))

    async def change(self, statement) -> None:
        async with self.database.writing(SYSTEM) as connection:
            await connection.execute(statement)

    async def find_refusal(self, user_id: int) -> str:
        """Say why the door does not let a user in; empty where it does."""
        async with self.database.reading(SYSTEM) as connection:
            ids = select(Tenant.entra_id, User.entra_id).where(Tenant.tenant_id == 1, User.id == user_id)
            tenant, entra_id = (await connection.execute(ids)).one()
            user = await get_known_user(connection, tenant, entra_id)
        try:
            Door(self.database, lambda: self.now).admit(user, surface="chat", language="en")
        except ForbiddenError as refusal:
            return refusal.key
        return ""

    async def list_states(self) -> list[tuple[str, str]]:
        async with self.database.reading(SYSTEM) as connection:
            rows = await connection.execute(select(Outbox.kind, Outbox.state).order_by(Outbox.id))
            return [tuple(row) for row in rows]


@pytest.fixture
async def firm(request, database: Database) -> AsyncIterator[Firm]:
    firm = Firm(database)
    await firm.set_up()
    yield firm
    if has_passed(request):
        await firm.balance()


async def test_a_new_contact_is_told_to_who_deals_with_the_company(firm):
    company, _ = await firm.meet(firm.anne, "Acme", "Jane Doe")
    contact = await firm.add_person(firm.bob, company, "Sam Poe")
    await firm.apply(firm.bob, contacts=[contact])
    await firm.pass_time()
    assert firm.messenger.told == [(firm.anne, "New contact: Sam Poe, Acme")]


async def test_a_new_contact_is_told_to_the_companys_partner(firm):
    company, _ = await firm.meet(firm.bob, "Acme", "Jane Doe")
    await firm.change(update(Company).values(partner_id=firm.anne))
    await firm.apply(firm.bob, contacts=[await firm.add_person(firm.bob, company, "Sam Poe")])
    await firm.pass_time()
    assert sorted(user for user, _ in firm.messenger.told) == sorted([firm.anne, firm.bob])


async def test_a_new_company_is_told_to_who_met_it_with_the_one_question(firm):
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.pass_time()
    [(user, card, summary)] = firm.messenger.sent
    assert (user, summary) == (firm.anne, "New company: Acme. What is it to the firm?")
    assert [action["data"]["type"] for action in list_actions(card)] == [
        "client", "prospect", "referral_source", "provider", "court", "counterpart",
    ]  # fmt: skip


def list_actions(card: dict) -> list[dict]:
    return [action for action in card["actions"] if action.get("verb") == "company.set_type"]


async def test_ten_new_people_from_one_thread_are_one_card(firm):
    company, _ = await firm.meet(firm.anne, "Acme", "Jane Doe")
    people = [await firm.add_person(firm.bob, company, f"Person {number}") for number in range(10)]
    for person in people:
        await firm.apply(firm.bob, contacts=[person])
    await firm.pass_time()
    assert firm.messenger.told == [(firm.anne, "10 new contacts")]


async def test_of_many_people_at_a_new_company_some_are_named_and_the_rest_counted(firm):
    company, people = await firm.meet(firm.anne, "Acme", *(f"Person {number}" for number in range(10)))
    await firm.apply(firm.anne, contacts=people, companies=[company])
    await firm.pass_time()
    assert "and 6 more" in str(firm.messenger.sent[0][1])


async def test_what_becomes_new_again_is_told_to_nobody_twice(firm):
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    person = await firm.add_person(firm.bob, company, "Sam Poe")
    for _ in range(2):
        await firm.apply(firm.anne, contacts=contacts, companies=[company])
        await firm.apply(firm.bob, contacts=[person])
        await firm.pass_time()
    assert len(firm.messenger.told) == 1


async def test_companies_and_people_that_came_together_are_one_card(firm):
    known, _ = await firm.meet(firm.anne, "Acme", "Jane Doe")
    new, at_new = await firm.meet(firm.anne, "Zenith", "Zoe Zed")
    person = await firm.add_person(firm.anne, known, "Sam Poe")
    await firm.apply(firm.anne, contacts=[person, *at_new], companies=[new])
    await firm.pass_time()
    assert firm.messenger.told == [(firm.anne, "2 things are new")]


async def test_a_first_sync_says_nothing_but_one_summary(firm):
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe", "Sam Poe")
    await firm.change(Mailbox.__table__.insert().values(tenant_id=1, user_id=firm.anne, state="syncing"))
    for _ in range(3):
        await firm.apply(firm.anne, contacts=contacts, companies=[company], is_first_sync=True)
    await firm.pass_time(60)
    assert firm.messenger.told == []
    await firm.change(update(Mailbox).values(state="current"))
    await firm.pass_time(600)
    assert firm.messenger.told == [(firm.anne, "Your address book is ready: 2 contacts")]
    await firm.apply(firm.anne, contacts=contacts, companies=[company], is_first_sync=True)
    await firm.pass_time(3600)
    assert len(firm.messenger.told) == 1


async def hand_over(firm, company, *, was, is_now, kinds=("partner", "replaced")):
    """Write what follows from Anne's giving a company to somebody else."""
    await firm.change(update(Company).values(partner_id=is_now))
    payload = {"company_id": company, "by": firm.anne, "was": was, "is": is_now}
    people = zip(kinds, (is_now, was), strict=True)
    await firm.add(*(Notice(person, kind, payload) for kind, person in people if person not in (None, firm.anne)))


async def test_whoever_is_replaced_hears_by_whom_and_what_was_and_is(firm):
    company, _ = await firm.meet(firm.anne)
    await hand_over(firm, company, was=firm.bob, is_now=firm.anne)
    await firm.pass_time()
    assert firm.messenger.told == [(firm.bob, "Anne Martin replaced you as partner of Acme")]
    assert "Partner: Bob Stone → Anne Martin" in str(firm.messenger.sent[0][1])


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Anne Martin took Acme off you"), ("fr", "Anne Martin vous a retiré Acme")]
)
async def test_whoever_loses_a_company_to_nobody_is_not_told_of_a_successor(firm, language, said):
    await firm.change(update(User).values(language=language))
    company, _ = await firm.meet(firm.anne)
    await hand_over(firm, company, was=firm.bob, is_now=None)
    await firm.pass_time()
    [(user, card, summary)] = firm.messenger.sent
    assert (user, summary) == (firm.bob, said)
    assert said in str(card)


async def test_the_days_in_a_notice_are_written_as_the_person_s_directory_says(firm):
    await firm.change(update(User).where(User.id == firm.anne).values(language="en-GB"))
    view = Filter(last=Period("after", "2026-11-30"))
    async with firm.database.writing(1) as connection:
        viewer = Viewer(1, firm.bob)
        shared = await add_view(connection, viewer, "Since", view, now=NOON, source="chat")
        sharing = {"is_with_firm": False, "user_ids": [firm.anne], "now": NOON, "source": "chat"}
        await share_view(connection, viewer, shared.entity_id, **sharing)
        ending = NewNotice(firm.anne, "credential", NOON, 1, "credential:1", {"ends_at": NOON + 7 * 86_400})
        await add_notices(connection, 1, [ending], NOON)
    await firm.add(Notice(firm.anne, "view", {"view_id": shared.entity_id, "by": firm.bob}))
    await firm.pass_time()
    cards = str([card for _, card, _ in firm.messenger.sent])
    assert "8 Jan 2026" in cards
    assert "contact since 30 November 2026" in cards


async def test_what_was_taken_back_before_it_was_said_is_never_said(firm):
    company, _ = await firm.meet(firm.anne)
    await hand_over(firm, company, was=None, is_now=firm.bob)
    await hand_over(firm, company, was=firm.bob, is_now=None, kinds=("taken_back", "taken_back"))
    await firm.pass_time()
    assert firm.messenger.told == []


async def test_whoever_was_told_hears_that_it_was_taken_back_and_not_that_they_are_partner(firm):
    company, _ = await firm.meet(firm.anne)
    await hand_over(firm, company, was=firm.bob, is_now=firm.anne)
    await firm.pass_time()
    await hand_over(firm, company, was=firm.anne, is_now=firm.bob, kinds=("taken_back", "taken_back"))
    await firm.pass_time()
    assert [summary for _, summary in firm.messenger.told][1:] == ["Anne Martin took that back: Acme"]


async def test_who_is_partner_no_longer_when_it_is_said_is_not_told(firm):
    company, _ = await firm.meet(firm.anne)
    await hand_over(firm, company, was=None, is_now=firm.bob)
    await firm.change(update(Company).values(partner_id=None))
    await firm.pass_time()
    assert firm.messenger.told == []


async def retype(firm, companies, *, was, is_now, is_undo=False):
    """Write what follows from Anne's saying what companies are."""
    sides = {"was": was, "is": is_now, "is_undo": is_undo}
    await firm.add(*(Notice(firm.anne, "answered", {"company_id": number, **sides}) for number in companies))


async def make_companies_of(firm, partner_id, count):
    companies = [(await firm.meet(firm.anne, f"Acme {number}"))[0] for number in range(count)]
    await firm.change(update(Company).values(partner_id=partner_id))
    return companies


async def test_A15_a_partner_hears_once_of_all_companies_whose_type_a_colleague_changed(firm):
    companies = await make_companies_of(firm, firm.bob, 26)
    await retype(firm, companies, was="client", is_now=None)
    await firm.pass_time()
    [(reader, card, summary)] = firm.messenger.sent
    assert reader == firm.bob
    assert summary.startswith("Anne Martin changed the type of 26 of your companies: Acme 0: Client → No type yet, ")
    assert "Type: Client → No type yet" in str(card)
    await retype(firm, companies[:2], was=None, is_now="client", is_undo=True)
    await firm.pass_time()
    back = "Anne Martin took back changes of type of 2 of your companies: Acme 0: No type yet → Client, "
    assert firm.messenger.told[1][1].startswith(back)


async def test_A15_a_type_that_was_taken_back_before_it_was_said_is_never_said(firm):
    companies = await make_companies_of(firm, firm.bob, 2)
    await retype(firm, companies, was="client", is_now=None)
    await retype(firm, companies, was=None, is_now="client", is_undo=True)
    await firm.pass_time()
    assert firm.messenger.told == []


async def test_A15_types_changed_one_by_one_are_said_as_one_and_what_came_back_by_itself_not_at_all(firm):
    first, second = await make_companies_of(firm, firm.bob, 2)
    await retype(firm, [first, second], was="client", is_now=None)
    await retype(firm, [first], was=None, is_now="court")
    await retype(firm, [second], was=None, is_now="client")
    await firm.pass_time()
    [(_, summary)] = firm.messenger.told
    assert summary == "Anne Martin changed the type of your company Acme 0: Client → Court"


async def test_A15_nobody_is_told_of_types_that_they_changed_themselves_or_of_which_they_want_to_hear_nothing(firm):
    own = await make_companies_of(firm, firm.anne, 1)
    await retype(firm, own, was="client", is_now=None)
    await firm.pass_time()
    settings = {"notices": {"muted": ["partner"], "from_hour": 0, "until_hour": 24}}
    await firm.change(update(User).where(User.id == firm.bob).values(settings=settings))
    others = await make_companies_of(firm, firm.bob, 1)
    await retype(firm, others, was="client", is_now=None)
    await firm.pass_time()
    assert firm.messenger.told == []


async def test_a_partner_is_told_and_a_view_that_was_shared_is_shown(firm):
    company, _ = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.add(Notice(firm.bob, "partner", {"company_id": company, "by": firm.anne}))
    await firm.pass_time()
    assert firm.messenger.told == [(firm.bob, "Anne Martin made you partner of Acme")]


async def test_A19_sixty_views_of_one_colleague_leave_room_for_others(firm):
    company, _ = await firm.meet(firm.anne, "Acme", "Jane Doe")
    for number in range(60):
        async with firm.database.writing(1) as connection:
            viewer = Viewer(1, firm.anne)
            view = await add_view(connection, viewer, f"View {number}", Filter(), now=NOON, source="chat")
            sharing = {"is_with_firm": False, "user_ids": [firm.bob], "now": NOON, "source": "chat"}
            await share_view(connection, viewer, view.entity_id, **sharing)
        await firm.add(Notice(firm.bob, "view", {"view_id": view.entity_id, "by": firm.anne}))
        await firm.pass_time()
    await firm.add(Notice(firm.bob, "partner", {"company_id": company, "by": firm.anne}))
    await firm.pass_time()
    told = [summary for _, summary in firm.messenger.told]
    assert told[:3] == [f"Anne Martin shared the view “View {number}” with you" for number in range(3)]
    assert told[3:] == ["Anne Martin made you partner of Acme"]
    await firm.pass_time(13 * 3600)
    assert firm.messenger.told[4:] == [(firm.bob, "Anne Martin shared 57 views with you")]


async def test_a_muted_kind_is_not_written_and_one_muted_since_not_said(firm):
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.change(update(User).values(settings={"notices": {"muted": ["company"]}}))
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.pass_time()
    assert (firm.messenger.told, await firm.list_states()) == ([], [("company", "dropped")])


async def test_outside_the_persons_hours_nothing_is_said(firm):
    await firm.change(
        update(User).values(timezone="Asia/Tokyo", settings={"notices": {"from_hour": 8, "until_hour": 20}})
    )
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.pass_time()
    assert firm.messenger.told == []
    await firm.pass_time(11 * 3600)
    assert len(firm.messenger.told) == 1


async def set_rule(firm: Firm, name: str, value: str) -> None:
    async with firm.database.writing(1) as connection:
        await set_rules(connection, Viewer(1, 0), {name: value}, now=int(firm.now), source="admin")


async def meet_somebody(firm: Firm) -> None:
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.pass_time()


@pytest.mark.parametrize(("rule", "value"), [("notice_hours", "9-17"), ("timezone", "Asia/Tokyo")])
async def test_what_waits_for_the_firms_hours_is_said_by_its_hours_of_now(firm, rule, value):
    await set_rule(firm, "notice_hours", "18-23")
    await meet_somebody(firm)
    assert firm.messenger.told == []
    await set_rule(firm, rule, value)
    await firm.pass_time()
    assert len(firm.messenger.told) == 1


async def test_what_waits_for_the_firms_hours_waits_longer_where_they_became_later(firm):
    await set_rule(firm, "notice_hours", "13-23")
    await meet_somebody(firm)
    await set_rule(firm, "notice_hours", "15-23")
    await firm.pass_time(2 * 3600)
    assert firm.messenger.told == []
    await firm.pass_time(3600)
    assert len(firm.messenger.told) == 1


async def test_a_digest_that_waits_comes_at_the_hour_of_now_and_not_at_the_change(firm):
    await firm.change(update(User).values(settings={"notices": {"is_digest": True}}))
    await set_rule(firm, "notice_hours", "8-23")
    await meet_somebody(firm)
    await set_rule(firm, "notice_hours", "6-23")
    await firm.pass_time()
    assert firm.messenger.told == []
    await firm.pass_time(18 * 3600)  # six in the morning
    assert len(firm.messenger.told) == 1


async def test_what_failed_is_not_said_sooner_for_other_hours(firm):
    firm.messenger.answers = [Sent("later", retry_after=600, reason="throttled")]
    await meet_somebody(firm)
    await set_rule(firm, "notice_hours", "6-23")
    await firm.pass_time()
    assert len(firm.messenger.told) == 1
    await firm.pass_time(600)
    assert len(firm.messenger.told) == 2


async def test_a_persons_own_hours_hold_for_what_waits_too(firm):
    await firm.change(update(User).values(settings={"notices": {"from_hour": 18, "until_hour": 23}}))
    await meet_somebody(firm)
    assert firm.messenger.told == []
    async with firm.database.writing(1) as connection:
        viewer = Viewer(1, firm.anne)
        await set_notice_preferences(connection, viewer, NoticePreferences(from_hour=9), now=int(firm.now))
    await firm.pass_time()
    assert len(firm.messenger.told) == 1


async def test_people_are_told_in_their_own_language(firm):
    await firm.change(update(User).values(language="fr"))
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.pass_time()
    assert "Nouvelle société : Acme" in firm.messenger.told[0][1]


async def test_over_the_daily_ceiling_the_rest_comes_as_one_digest_next_day(firm):
    await firm.change(update(User).values(settings={"notices": {"daily_most": 2}}))
    for number in range(5):
        company, contacts = await firm.meet(firm.anne, f"Company {number}", f"Person {number}")
        await firm.apply(firm.anne, contacts=contacts, companies=[company])
        await firm.pass_time()
    assert len(firm.messenger.told) == 2
    await firm.pass_time(86_400)
    assert [summary for _, summary in firm.messenger.told[2:]] == ["3 new companies. What are they to the firm?"]


async def test_who_wants_a_digest_gets_one_message_a_day(firm):
    await firm.change(update(User).values(settings={"notices": {"is_digest": True, "from_hour": 8}}))
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    person = await firm.add_person(firm.bob, company, "Sam Poe")
    await firm.apply(firm.bob, contacts=[person])
    await firm.pass_time(3600)
    assert firm.messenger.told == []
    await firm.pass_time(86_400)
    assert firm.messenger.told == [(firm.anne, "2 things are new")]


async def test_S13_what_the_reader_may_no_longer_see_is_not_said(firm):
    company, _ = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.bob, contacts=[await firm.add_person(firm.bob, company, "Sam Poe")])
    await firm.change(update(Tenant).values(shares_contacts=False))
    await firm.pass_time()
    assert (firm.messenger.told, await firm.list_states()) == ([], [("contact", "dropped")])


async def test_a_contact_that_is_gone_by_then_is_not_said(firm):
    company, _ = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.bob, contacts=[await firm.add_person(firm.bob, company, "Sam Poe")])
    await firm.change(update(Contact).values(is_contact=False))
    await firm.pass_time()
    assert firm.messenger.told == []


async def test_a_leaver_is_told_nothing(firm):
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.change(update(User).values(is_active=False))
    await firm.pass_time()
    assert (firm.messenger.told, await firm.list_states()) == ([], [("company", "dropped")])


SERVES_MAILBOXES = update(Tenant).values(serves="mailboxes")
LEFT_OUT = {
    "not_served": [update(Tenant).values(serves="group"), update(User).values(may_use=False)],
    "no_mailbox": [SERVES_MAILBOXES, update(Mailbox).values(state="skipped")],
    "mailbox_refused": [SERVES_MAILBOXES, update(Mailbox).values(state="forbidden")],
    "stranger": [update(Tenant).values(state="closed")],
}


@pytest.mark.parametrize("why", LEFT_OUT)
async def test_whoever_the_door_refuses_is_told_nothing(firm, why):
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.change(insert(Mailbox).values(tenant_id=1, user_id=firm.anne, state="current"))
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    for statement in LEFT_OUT[why]:
        await firm.change(statement)
    assert await firm.find_refusal(firm.anne) == why.replace("mailbox_refused", "no_mailbox")
    await firm.pass_time()
    assert (firm.messenger.told, await firm.list_states()) == ([], [("company", "dropped")])


async def test_what_a_paused_firm_is_not_told_waits_until_it_is_served_again(firm):
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.change(update(Tenant).values(state="paused"))
    assert await firm.find_refusal(firm.anne) == "firm_paused"
    await firm.pass_time()
    assert (firm.messenger.told, await firm.list_states()) == ([], [("company", "pending")])
    await firm.change(update(Tenant).values(state="active"))
    await firm.pass_time(PAUSED_SECONDS)
    assert len(firm.messenger.told) == 1


async def test_that_a_firm_is_paused_is_all_that_its_administrators_are_told(firm):
    await firm.change(update(User).where(User.id == firm.anne).values(is_admin=True))
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.change(update(Tenant).values(state="paused"))
    async with firm.database.writing(1) as connection:
        await firm.notices.on_tenant_state(connection, 1, "paused")
    await firm.pass_time()
    assert await firm.list_states() == [("company", "pending"), ("status", "sent")]


async def test_an_administrator_is_told_whatever_the_rules_leave_out(firm):
    await firm.change(update(User).values(is_admin=True, may_use=False))
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.pass_time()
    assert (await firm.find_refusal(firm.anne), len(firm.messenger.told)) == ("", 1)


async def test_a_card_that_is_answered_elsewhere_is_updated(firm):
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.pass_time()
    await firm.change(update(Company).values(type="client"))
    for _ in range(2):
        await firm.add(Notice(firm.bob, "answered", {"company_id": company}))
    await firm.pass_time()
    [(activity, card, _)] = firm.messenger.updated
    assert activity == "activity-0"
    assert "Bob Stone" in str(card)
    assert not list_actions(card)


async def test_A15_a_mass_change_draws_each_card_again_once_and_as_the_last_change_left_it(firm):
    companies = []
    for number in range(30):
        company, contacts = await firm.meet(firm.anne, f"Firm {number}", f"Jane Doe {number}")
        companies.append(company)
        await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.pass_time()
    assert len(firm.messenger.told) == 1
    alone, contacts = await firm.meet(firm.anne, "Alone", "Sam Roe")
    await firm.apply(firm.anne, contacts=contacts, companies=[alone])
    await firm.pass_time()
    await firm.change(update(Company).values(type="client"))
    answers = [Notice(firm.bob, "answered", {"company_id": company}) for company in companies]
    await firm.add(*answers)
    await firm.add(*answers[:7], Notice(firm.bob, "answered", {"company_id": alone, "was": None}))
    await firm.change(update(Company).values(type="court"))
    await firm.add(Notice(firm.zoe, "answered", {"company_id": alone, "was": "client"}))
    await firm.pass_time()
    updated = {activity: str(card) for activity, card, _ in firm.messenger.updated}
    assert len(firm.messenger.updated) == len(updated) == 2
    assert "Zoé Brun" in updated["activity-1"]
    assert "Bob Stone" not in updated["activity-1"]


async def test_a_card_that_is_answered_on_itself_is_left_to_the_answer(firm):
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.pass_time()
    await firm.add(Notice(firm.anne, "answered", {"company_id": company, "is_on_card": True}))
    await firm.pass_time()
    assert firm.messenger.updated == []


async def tell(firm, *answers: Sent) -> None:
    firm.messenger.answers += answers
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.pass_time()


@pytest.mark.parametrize("reason", ["timeout", "http_502"])
async def test_F50_what_may_have_been_delivered_is_never_sent_again_and_listed(firm, reason):
    await tell(firm, Sent("unknown", "chat", reason=reason))
    await firm.pass_time(86_400)
    assert (len(firm.messenger.sent), await firm.list_states()) == (1, [("company", "unknown")])


async def test_F48_what_was_refused_for_now_is_sent_after_the_time_that_was_named(firm):
    await tell(firm, Sent("later", retry_after=30, reason="throttled"))
    await firm.pass_time(20)
    assert len(firm.messenger.sent) == 1
    await firm.pass_time(12)
    assert (len(firm.messenger.sent), await firm.list_states()) == (2, [("company", "sent")])


async def test_F49_what_never_gets_through_fails_in_the_end(firm):
    await tell(firm, *[Sent("later", reason="connect")] * 40)
    for _ in range(40):
        await firm.pass_time(4000)
    assert await firm.list_states() == [("company", "failed")]
    assert len(firm.messenger.sent) < 20


@pytest.mark.parametrize("outcome", ["unreachable", "gone", "unmet"])
async def test_F51_who_cannot_be_reached_is_not_tried_again(firm, outcome):
    await tell(firm, Sent(outcome))
    await firm.pass_time(86_400)
    assert (len(firm.messenger.sent), await firm.list_states()) == (1, [("company", "dropped")])


async def test_F53_a_chat_that_hangs_holds_nobody_else_up_and_is_spoken_to_once(firm):
    firm.sender = firm.make_sender(patience=0.01)
    firm.messenger.hanging[firm.anne] = asyncio.Event()
    for user in (firm.anne, firm.bob):
        company, contacts = await firm.meet(user, f"Company {user}", "Jane Doe")
        await firm.apply(user, contacts=contacts, companies=[company])
    firm.now += 2
    await work_until(firm, {"sent", "sending"})
    assert [user for user, _ in firm.messenger.told] == [firm.bob]
    firm.messenger.hanging.pop(firm.anne).set()
    await work_until(firm, {"sent"})
    assert [user for user, _ in firm.messenger.told] == [firm.bob, firm.anne]


async def work_until(firm, wanted: set[str]) -> None:
    """Let the sender work until the rows are in these states."""
    while {state for _, state in await firm.list_states()} != wanted:
        await firm.sender.work()
    if "sending" not in wanted:
        await firm.sender.work()


async def test_a_sender_that_is_stopped_ends_what_is_in_hand(firm):
    firm.sender = firm.make_sender(patience=0.01)
    gate = firm.messenger.hanging[firm.anne] = asyncio.Event()
    stopping = asyncio.Event()
    running = asyncio.create_task(firm.sender.run(stopping))
    await tell_and_wait(firm)
    stopping.set()
    await asyncio.sleep(0.05)
    gate.set()
    await running
    assert await firm.list_states() == [("company", "sent")]


async def tell_and_wait(firm) -> None:
    """Tell Anne of a company, and wait until the message is on its way."""
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    firm.now -= 5
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    firm.now += 5
    while await firm.list_states() != [("company", "sending")]:
        await asyncio.sleep(0.01)


async def test_F59_a_sender_that_died_while_sending_leaves_an_unknown_and_no_second_copy(firm):
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    await firm.apply(firm.anne, contacts=contacts, companies=[company])
    await firm.change(update(Outbox).values(state="sending", due_at=NOON))
    await firm.pass_time(10)
    assert await firm.list_states() == [("company", "sending")]
    await firm.pass_time(STUCK_AFTER)
    await firm.pass_time(1)
    assert (firm.messenger.sent, await firm.list_states()) == ([], [("company", "unknown")])


async def test_F59_what_rolled_back_was_never_to_be_said(firm):
    company, contacts = await firm.meet(firm.anne, "Acme", "Jane Doe")
    with pytest.raises(ZeroDivisionError):
        async with firm.database.writing(1) as connection:
            applied = Applied(new_contact_ids=contacts, new_company_ids=[company])
            await firm.notices.on_applied(connection, 1, firm.anne, applied, is_first_sync=False)
            raise ZeroDivisionError
    await firm.pass_time()
    assert firm.messenger.sent == []


async def test_F64_two_senders_say_a_thing_once(firm):
    other = firm.make_sender()
    for number in range(20):
        company, contacts = await firm.meet(firm.anne, f"Company {number}", "Jane Doe")
        await firm.apply(firm.anne, contacts=contacts, companies=[company])
    firm.now += 2
    await asyncio.gather(*(sender.work() for sender in (firm.sender, other) for _ in range(4)))
    states = await firm.list_states()
    assert {state for _, state in states} == {"sent"}
    assert sum(1 for _ in firm.messenger.sent) == 1


class FakeInstaller:
    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers)
        self.asked: list[int] = []

    async def install(self, tenant_id: int, user_id: int) -> bool:
        self.asked.append(user_id)
        return self.answers.pop(0)


async def test_F57_a_person_who_never_opened_the_app_is_told_after_its_installation(firm):
    installer = FakeInstaller(True)
    firm.sender = firm.make_sender(installer=installer)
    await tell(firm, Sent("unmet"))
    assert (installer.asked, len(firm.messenger.sent)) == ([firm.anne], 2)
    assert await firm.list_states() == [("company", "sent")]


async def test_F57_a_chat_that_is_long_in_coming_is_asked_for_again(firm):
    installer = FakeInstaller(True, True)
    firm.sender = firm.make_sender(installer=installer, chat_pauses=[0])
    await tell(firm, Sent("unmet"), Sent("unmet"))
    assert await firm.list_states() == [("company", "pending")]
    await firm.pass_time(60)
    assert (len(installer.asked), await firm.list_states()) == (1, [("company", "sent")])


async def test_F57_who_may_not_have_the_app_installed_is_left_alone(firm):
    firm.sender = firm.make_sender(installer=FakeInstaller(False))
    await tell(firm, Sent("unmet"))
    await firm.pass_time(86_400)
    assert (len(firm.messenger.sent), await firm.list_states()) == (1, [("company", "dropped")])


async def test_a_person_hears_in_their_own_notices_which_address_is_taken_for_theirs(firm):
    address = "anne.martin75@gmail.com"
    async with firm.database.writing(1) as connection:
        found = await add_suspected_addresses(connection, Viewer(1, firm.anne), [address])
        await firm.notices.on_applied(connection, 1, firm.anne, Applied(own_addresses=found), is_first_sync=False)
    await firm.pass_time()
    [(user_id, card, summary)] = firm.messenger.sent
    assert (user_id, summary) == (firm.anne, f"Is {address} your own address?")
    assert f"{address} looks like your own address; it is not among your contacts." in str(card)
    assert "contact.is_not_me" in str(card)


async def test_who_has_said_by_now_whose_an_address_is_hears_nothing_of_it(firm):
    address = "anne.martin75@gmail.com"
    async with firm.database.writing(1) as connection:
        await firm.notices.on_applied(connection, 1, firm.anne, Applied(own_addresses=[address]), is_first_sync=False)
        await set_own_address(connection, Viewer(1, firm.anne), address, is_own=False)
    await firm.pass_time()
    assert firm.messenger.sent == []
