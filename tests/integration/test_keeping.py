"""What somebody keeps to themselves is theirs alone: by word, by free mail, in bcc, or as a personal meeting.

Everything is asked of a colleague before it is there, and again when it is; the answers are the same.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from bot.door import Caller
from bot.turn import Ask
from storage.book.companies import get_company, list_companies
from storage.book.contacts import get_contact, list_contacts
from storage.book.keeping import keep
from storage.errors import MissingError
from storage.history.keeping import list_keeps
from storage.history.recount import recount
from storage.lists.filters import Filter
from storage.models import Audit, Contact, Interaction, InteractionContact, Kind, View, ViewShare
from storage.viewer import Viewer
from tests import factories
from tests.factories import NOW, ago
from tests.integration.test_access import (
    AUDIT,
    DOMAIN,
    FILTER_AT,
    HIDDEN,
    NAME,
    SEEN,
    VIEW,
    VIEW_NAME,
    ZELDA,
    ask_everything,
)
from tests.office import Office, in_group, open_office, read, said

ANNE, MARC = "Anne Martin", "Marc Lefèvre"
WAYS = ("company", "contact", "free", "bcc", "personal")


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def happen(
    connection: Any, user_id: int, contact_id: int, at: int, kind: int = Kind.SENT, *, is_bcc: bool = False
) -> None:
    """Write a mail or a meeting of one person with one other."""
    source = f"{user_id} {contact_id} {at}".encode().ljust(16)[-16:]
    key = {"tenant_id": 1, "user_id": user_id, "source_digest": source, "occurred_at": at, "kind": kind}
    await connection.execute(insert(Interaction).values(**key, message_digest=source))
    await connection.execute(insert(InteractionContact).values(**key, contact_id=contact_id, is_bcc=is_bcc))


async def meet_in_secret(office: Office, way: str) -> None:
    """Write a company and its people whom Anne alone knows, in one of the ways that keep them hers."""
    anne = office.people[ANNE]
    async with office.database.writing(1) as connection:
        at = {} if way == "free" else {"company_id": HIDDEN}
        if way != "free":
            await factories.add_company(connection, NAME, DOMAIN, id=HIDDEN, is_known=False, partner_id=anne.user_id)
            await factories.add_company_relationship(connection, anne.user_id, HIDDEN)
        for number, name, address in ((ZELDA, "Zelda Quark", f"zelda@{DOMAIN}"), (SEEN, "Zed Seen", f"zed@{DOMAIN}")):
            await factories.add_contact(connection, name, address, id=number, is_contact=False, **at)
            await factories.add_relationship(connection, anne.user_id, number, is_mine=number == ZELDA)
        kind = Kind.MEETING if way == "personal" else Kind.SENT
        await happen(connection, anne.user_id, ZELDA, ago(1), kind, is_bcc=way in ("bcc", "personal"))
        await happen(connection, anne.user_id, SEEN, ago(2), Kind.RECEIVED)
        await recount(connection, 1, anne.user_id, "outreach", [ZELDA, SEEN])
        if way in ("company", "contact"):
            number = HIDDEN if way == "company" else ZELDA
            await keep(connection, anne, way, number, is_kept=True, now=NOW, source="chat")  # type: ignore[arg-type]
        await share_a_view(connection, anne, office.people[MARC])


async def share_a_view(connection: Any, anne: Viewer, marc: Viewer) -> None:
    named = {"name": VIEW_NAME, "folded_name": VIEW_NAME.lower(), "created_at": NOW, "filter": FILTER_AT}
    shared = {"tenant_id": 1, "owner_id": anne.user_id, "is_shared_with_firm": True}
    await connection.execute(insert(View).values(id=VIEW, **shared, **named))
    await connection.execute(insert(ViewShare).values(tenant_id=1, view_id=VIEW, user_id=marc.user_id))
    entry = {"tenant_id": 1, "at": NOW, "actor_id": anne.user_id, "source": "chat", "entity_id": HIDDEN}
    entry |= {"of": "company", "before": {"type": None}, "after": {"type": "prospect"}}
    await connection.execute(insert(Audit).values(id=AUDIT, action="company.set_type", **entry))


@pytest.mark.parametrize(
    ("surface", "way"), [*(("chat", way) for way in WAYS), ("tab", "company"), ("tab", "bcc"), ("group", "contact")]
)
async def test_A5_A6_nothing_is_heard_of_what_a_colleague_keeps(office, way, surface):
    marc = in_group(office.people[MARC]) if surface == "group" else office.people[MARC]
    await ask_everything(office, marc, surface)
    before = await ask_everything(office, marc, surface)  # what it changed it has changed by now
    await meet_in_secret(office, way)
    after = await ask_everything(office, marc, surface)
    assert {key: after[key] for key in after if after[key] != before[key]} == {}


@pytest.mark.parametrize("way", WAYS)
async def test_A6_who_keeps_something_finds_it_among_their_own(office, way):
    await meet_in_secret(office, way)
    anne = office.people[ANNE]
    async with office.database.reading(1) as connection:
        rows = (await list_contacts(connection, anne, Filter(of="contacts"), now=NOW)).rows
        zelda = await get_contact(connection, anne, ZELDA)
        mine = (await list_companies(connection, anne, Filter(), now=NOW)).rows
        company = await get_company(connection, anne, HIDDEN)
    assert ZELDA in {row.id for row in rows}
    assert zelda is not None
    assert (zelda.is_mine, zelda.mine.interaction_count) == (True, 1)
    dates = (ago(1), 0) if way == "personal" else (0, ago(1))
    assert (zelda.mine.met_at, zelda.mine.mail_at) == dates
    assert company is None or (company.mine.met_at, company.mine.mail_at) == dates
    assert way == "free" or (company is not None and HIDDEN in {row.id for row in mine})
    assert "Zelda Quark" in said(await office.say("zelda quark", by=ANNE))
    assert "Zelda Quark" in said(await office.say("zelda quurk", by=ANNE))
    people = [["Zelda", zelda.address]]
    pane = await office.ask("pane.item", {"people": people}, by=ANNE, surface="pane")
    assert "no dated interaction" not in said(pane)  # the same date as in the list


async def deal_too(office: Office) -> None:
    """Let Marc deal with Zelda and Anne keep her: what Marc had stays, and nothing of Anne's shows in it."""
    await meet_in_secret(office, "contact")
    marc = office.people[MARC]
    async with office.database.writing(1) as connection:
        await factories.add_relationship(connection, marc.user_id, ZELDA)
        await factories.add_company_relationship(connection, marc.user_id, HIDDEN)
        for days in (30, 40):
            await happen(connection, marc.user_id, ZELDA, ago(days))
        await recount(connection, 1, marc.user_id, "outreach", [ZELDA])


async def test_A6_what_two_know_shows_to_others_as_if_one_did(office):
    await deal_too(office)
    zoe, anne = office.people["Zoé Brun"], office.people[ANNE]
    async with office.database.reading(1) as connection:
        contact, company = await get_contact(connection, zoe, ZELDA), await get_company(connection, zoe, HIDDEN)
        rows = (await list_contacts(connection, zoe, Filter(of="contacts", scope="firm"), now=NOW)).rows
        hers = await get_contact(connection, anne, ZELDA)
    assert contact is not None
    assert company is not None
    for shown in (contact, company):
        assert [one.name for one in shown.knowers] == [MARC]
        assert shown.firm.sent_count == 2
        assert {name for recent in shown.recent for name in recent.user_names} == {MARC}
    assert contact.firm.last_at == ago(30)
    assert [(one.firm.met_at, one.firm.mail_at) for one in (contact, company)] == [(0, ago(30))] * 2
    [row] = [row for row in rows if row.id == ZELDA]
    assert (row.interaction_count, row.last_at) == (2, ago(30))
    assert hers is not None
    assert (hers.firm.interaction_count, hers.mine.interaction_count) == (3, 1)


async def test_A5_a_bcc_is_in_no_figure_of_a_contact_whom_the_firm_knows(office):
    async with office.database.writing(1) as connection:
        marc = office.people[MARC]
        bob = await factories.add_contact(connection, "Bob Open", "bob@open.example", is_contact=False)
        company = await factories.add_company(connection, "Open", "open.example", is_known=False)
        await connection.execute(Contact.__table__.update().where(Contact.id == bob).values(company_id=company))
        await factories.add_relationship(connection, marc.user_id, bob)
        await factories.add_company_relationship(connection, marc.user_id, company)
        await happen(connection, marc.user_id, bob, ago(9))
        await happen(connection, marc.user_id, bob, ago(1), is_bcc=True)
        await recount(connection, 1, marc.user_id, "outreach", [bob])
    async with office.database.reading(1) as connection:
        for name, count in ((ANNE, 1), (MARC, 2)):
            shown = await get_contact(connection, office.people[name], bob)
            there = await get_company(connection, office.people[name], company)
            assert shown is not None
            assert there is not None
            assert (shown.firm.interaction_count, there.firm.interaction_count) == (count, count)
            newest = ago(1) if name == MARC else ago(9)
            assert (shown.firm.mail_at, there.firm.mail_at) == (newest, newest)


async def test_A6_sharing_again_gives_back_what_was_kept(office):
    await meet_in_secret(office, "company")
    await office.ask("keep", {"company_id": HIDDEN, "is_kept": False}, by=ANNE)
    assert "Zelda Quark" in said(await office.say("zelda quark", by=MARC))
    await office.ask("keep", {"company_id": HIDDEN}, by=ANNE)
    assert "Zelda Quark" not in said(await office.say("who knows zelda?", by=MARC))


async def test_what_a_client_asks_by_itself_is_not_what_this_means_and_answers_no_question(office):
    await office.ask("company.open", {"company_id": office.companies["Acme Industries"]})
    caller = Caller(office.people["Anne Martin"], "en")
    other = Ask("company.open", {"company_id": office.companies["Duval & Fils"]}, is_unasked=True)
    assert (await office.door.answer(other, caller)).summary == "Duval & Fils"
    asked = await office.say("keep this to myself")
    assert "Acme Industries" in said(asked)
    await office.door.answer(other, caller)
    assert "Nothing was changed" in said(await office.say("no"))


async def test_a_contact_and_a_company_at_once_are_not_kept(office):
    both = {"contact_id": 1, "company_id": office.companies["Acme Industries"]}
    assert (await office.ask("keep", both)).code == 400


async def test_A6_nobody_keeps_what_is_not_theirs(office):
    zoe = office.people["Zoé Brun"]
    for of, number in (("contact", office.contacts["Albert"]), ("company", office.companies["Umbrella"])):
        with pytest.raises(MissingError):
            async with office.database.writing(1) as connection:
                await keep(connection, zoe, of, number, is_kept=True, now=NOW, source="chat")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "language", "is_kept"),
    [
        ("keep Zelda Quark to myself", "en", True),
        ("share Zelda Quark again", "en", False),
        ("garde Zelda Quark pour moi", "fr", True),
        ("partage à nouveau Zelda Quark", "fr", False),
    ],
)
async def test_A6_a_sentence_keeps_and_shares(office, text, language, is_kept):
    await meet_in_secret(office, "company")
    reply = await office.say(text, by=ANNE, language=language)
    assert reply.found is not None
    async with office.database.reading(1) as connection:
        zelda = await get_contact(connection, office.people[ANNE], ZELDA)
        actions = list(await connection.scalars(select(Audit.action).where(Audit.of == "keep")))
    assert zelda is not None
    assert (zelda.is_kept, actions[-1]) == (is_kept, "contact.keep" if is_kept else "contact.share")


THIS = [
    ("contact.open", "contact_id", "Jean Globex", "keep this to myself", "en", "Keep Jean Globex to yourself?"),
    ("company.open", "company_id", "Globex", "keep this company to myself", "en", "Keep Globex to yourself?"),
    ("contact.open", "contact_id", "Jean Globex", "garde celui-ci pour moi", "fr", "Garder Jean Globex pour vous ?"),
    ("company.open", "company_id", "Globex", "cache ça à mes collègues", "fr", "Garder Globex pour vous ?"),
]


@pytest.mark.parametrize("case", THIS)
async def test_A6_what_the_conversation_showed_last_is_kept_after_a_question(office, case):
    text, language, question = case[3:]
    known = office.contacts | office.companies
    async with office.database.writing(1) as connection:
        await happen(connection, office.people[ANNE].user_id, office.contacts["Jean Globex"], ago(3))
    for verb, key, name in (*[one[:3] for one in THIS[:2] if one[0] != case[0]], case[:3]):
        await office.ask(verb, {key: known[name]}, by=ANNE)
    asked = await office.say(text, by=ANNE, language=language)
    assert question in said(asked)
    done = await office.ask("keep", dict(asked.found.again) | {"is_guess": False}, by=ANNE)
    assert "Kept to yourself" in said(done)


@pytest.mark.parametrize("text", ["keep this to myself", "keep Umbrela to myself"])
async def test_A6_nobody_is_asked_whether_to_keep_what_is_not_theirs(office, text):
    await office.ask("company.open", {"company_id": office.companies["Umbrella"]}, by=ANNE)
    answer = await office.say(text, by=ANNE)
    assert (answer.code, answer.found.remembered) == (404, {})
    assert "yourself?" not in said(answer)


async def test_A6_every_card_of_ones_own_has_the_button(office):
    async with office.database.writing(1) as connection:
        await happen(connection, office.people[ANNE].user_id, office.contacts["Jean Globex"], ago(3))
    card = await office.ask("contact.open", {"contact_id": office.contacts["Jean Globex"]}, by=ANNE)
    kept = await office.click(card, "Keep this to myself", by=ANNE)
    assert "Colleagues see nothing of your exchanges" in said(kept)
    company = await office.ask("company.open", {"company_id": office.companies["Globex"]}, by=ANNE)
    assert "Keep this to myself" in str(company.card)
    theirs = await office.ask("company.open", {"company_id": office.companies["Umbrella"]}, by=ANNE)
    assert "Keep this to myself" not in str(theirs.card)


KEEPING = [
    ("en", "keep Zelda Quark to myself", "undo", "Zelda Quark: for you alone → seen by the firm"),
    ("fr", "garde Zelda Quark pour moi", "annule", "Zelda Quark : pour vous uniquement → visible du cabinet"),
    ("en", "keep Zephyr Quarry to myself", "undo", "seen by the firm"),
    ("fr", "garde Zephyr Quarry pour moi", "annule", "visible du cabinet"),
]


async def know_secretly(office: Office, way: str) -> None:
    """Write the company and its people, and no change whose number is higher than those to come."""
    await meet_in_secret(office, way)
    async with office.database.writing(1) as connection:
        await connection.execute(delete(Audit).where(Audit.id == AUDIT))


async def read_kept(office: Office) -> tuple[Any, ...]:
    """Return what Marc sees of Zelda and her company, and what Anne has said of them."""
    marc, anne = office.people[MARC], office.people[ANNE]
    async with office.database.reading(1) as connection:
        seen = await get_contact(connection, marc, ZELDA), await get_company(connection, marc, HIDDEN)
        return *(one is not None for one in seen), await list_keeps(connection, 1, anne.user_id)


@pytest.mark.parametrize(("language", "keeping", "undo", "step"), KEEPING)
async def test_A6_undo_right_after_something_was_kept_takes_the_keeping_back(office, language, keeping, undo, step):
    await know_secretly(office, "nothing")
    before = await read_kept(office)
    await office.say(keeping.replace("Zephyr Quarry", NAME), by=ANNE, language=language)
    kept = await read_kept(office)
    assert before != kept
    undone = await office.say(undo, by=ANNE, language=language)
    assert step in said(undone)
    assert await read_kept(office) == before
    await office.say("redo", by=ANNE)
    assert await read_kept(office) == kept


async def test_A6_undo_after_a_second_keeping_leaves_the_first(office):
    await know_secretly(office, "company")
    before = await read_kept(office)
    await office.say("keep Zelda Quark to myself", by=ANNE)
    await office.say("undo", by=ANNE)
    assert await read_kept(office) == before
    await office.ask("keep", {"company_id": HIDDEN}, by=ANNE)  # it is kept already: nothing is changed
    assert await read_kept(office) == before


async def test_A6_undo_of_sharing_again_keeps_again(office):
    await know_secretly(office, "company")
    before = await read_kept(office)
    shared = await office.ask("keep", {"company_id": HIDDEN, "is_kept": False}, by=ANNE)
    assert (await read_kept(office))[1]
    await office.click(shared, "Undo", by=ANNE)
    assert await read_kept(office) == before


async def test_A6_undo_asks_before_it_shares_what_came_after_the_keeping(office):
    await know_secretly(office, "nothing")
    await office.say("keep Zelda Quark to myself", by=ANNE)
    kept = await read_kept(office)
    async with office.database.writing(1) as connection:
        await happen(connection, office.people[ANNE].user_id, ZELDA, office.now + 60)
        await recount(connection, 1, office.people[ANNE].user_id, "outreach", [ZELDA])
    asked = await office.say("undo", by=ANNE)
    assert "Zelda Quark: for you alone → seen by the firm" in said(asked)
    assert await read_kept(office) == kept


async def test_A6_the_keeping_is_left_where_something_else_was_said_of_it_since(office):
    await know_secretly(office, "nothing")
    kept = await office.ask("keep", {"contact_id": ZELDA}, by=ANNE)
    await office.ask("keep", {"contact_id": ZELDA, "is_kept": False}, by=ANNE)
    before = await read_kept(office)
    assert (await office.click(kept, "Undo", by=ANNE)).code == 409
    assert await read_kept(office) == before


async def test_A6_nobody_takes_back_what_a_colleague_kept(office):
    await know_secretly(office, "nothing")
    kept = await office.ask("keep", {"contact_id": ZELDA}, by=ANNE)
    assert (await office.ask("undo", {"audit_ids": kept.data["audit_ids"]}, by=MARC)).code == 404


async def add_people(office: Office, count: int) -> None:
    """Let Anne write to more people at the company than its card shows."""
    anne = office.people[ANNE].user_id
    async with office.database.writing(1) as connection:
        numbers = [
            await factories.add_contact(connection, f"P {one}", f"p{one}@{DOMAIN}", company_id=HIDDEN, is_contact=False)
            for one in range(count)
        ]
        for number in numbers:
            await factories.add_relationship(connection, anne, number)
            await happen(connection, anne, number, ago(9))
        await recount(connection, 1, anne, "outreach", numbers)


@pytest.mark.parametrize("way", ["company", "contact"])
async def test_A6_a_kept_company_counts_ones_own_people_there(office, way):
    await meet_in_secret(office, way)
    await add_people(office, 12)
    async with office.database.reading(1) as connection:
        company = await get_company(connection, office.people[ANNE], HIDDEN)
        theirs = await get_company(connection, office.people[MARC], HIDDEN)
    assert company is not None
    assert (company.contact_count, len(company.contacts)) == (13, 10)
    assert (0 if theirs is None else theirs.contact_count) == (0 if way == "company" else 12)
    rows = await office.click(await office.ask("company.open", {"company_id": HIDDEN}), "Show all 13 contacts")
    assert len(rows.data["rows"]) >= 10


@pytest.mark.parametrize(("way", "expected"), [("company", ago(1)), ("contact", ago(1))])
async def test_A6_the_line_of_ones_own_contact_has_ones_own_date(office, way, expected):
    """Marc dealt with Zelda longer ago than Anne, who keeps her."""
    await meet_in_secret(office, way)
    await deal(office, days=30)
    async with office.database.reading(1) as connection:
        company = await get_company(connection, office.people[ANNE], HIDDEN)
    assert company is not None
    assert {one.id: one.last_at for one in company.contacts}[ZELDA] == expected


async def test_A6_at_a_company_that_one_keeps_a_colleagues_newer_date_is_not_ones_own(office):
    await meet_in_secret(office, "company")
    await deal(office, days=0)
    async with office.database.reading(1) as connection:
        company = await get_company(connection, office.people[ANNE], HIDDEN)
    assert company is not None
    assert {one.id: one.last_at for one in company.contacts}[ZELDA] == ago(1)


async def deal(office: Office, *, days: int) -> None:
    marc = office.people[MARC].user_id
    async with office.database.writing(1) as connection:
        await factories.add_relationship(connection, marc, ZELDA)
        await factories.add_company_relationship(connection, marc, HIDDEN)
        await happen(connection, marc, ZELDA, ago(days))
        await recount(connection, 1, marc, "outreach", [ZELDA])


async def test_A6_undo_gives_the_choice_back_where_nothing_is_left_of_what_was_kept(office):
    globex = office.companies["Globex"]  # of which there is no mail: the count that follows finds nothing
    await office.ask("keep", {"company_id": globex}, by=ANNE)
    assert not (await office.say("undo", by=ANNE)).is_error
    async with office.database.reading(1) as connection:
        assert await list_keeps(connection, 1, office.people[ANNE].user_id) == {}


@pytest.mark.parametrize(("way", "expected"), [("company", 13), ("contact", 13)])
async def test_A6_a_list_counts_the_people_of_a_kept_company_as_its_card_does(office, way, expected):
    await meet_in_secret(office, way)
    await add_people(office, 12)
    async with office.database.reading(1) as connection:
        mine = (await list_companies(connection, office.people[ANNE], Filter(), now=NOW)).rows
        card = await get_company(connection, office.people[ANNE], HIDDEN)
        everyones = (await list_companies(connection, office.people[MARC], Filter(scope="firm"), now=NOW)).rows
    assert card is not None
    [row] = [one for one in mine if one.id == HIDDEN]
    assert (row.contact_count, card.contact_count, row.last_at) == (expected, expected, card.mine.last_at)
    assert {one.contact_count for one in everyones if one.id == HIDDEN} == (set() if way == "company" else {12})


async def test_A6_a_file_has_ones_own_figures_of_what_one_keeps(office):
    await meet_in_secret(office, "company")
    await deal(office, days=30)
    data = {"filter": {"version": 1, "of": "companies", "scope": "mine"}, "format": "csv"}
    lines = {}
    for name in (ANNE, MARC):
        content = (await office.ask("export.deliver", data, by=name)).file.content.decode("utf-8-sig")
        [lines[name]] = [line for line in content.splitlines() if DOMAIN in line]
    day = {days: datetime.fromtimestamp(ago(days), UTC).date().isoformat() for days in (1, 30)}
    assert (day[1] in lines[ANNE], day[30] in lines[ANNE]) == (True, False)
    assert (day[1] in lines[MARC], day[30] in lines[MARC]) == (False, True)


_FOR_ME = [("keep this for me", "en"), ("keep it", "en"), ("garde ça pour moi", "fr"), ("garde-le pour moi", "fr")]


@pytest.mark.parametrize(("text", "language"), _FOR_ME)
async def test_for_me_after_a_card_means_that_nobody_else_sees_it(office, text, language):
    await office.say("all clients")
    await office.say("show Acme Industries")
    asked = await office.say(text, language=language)
    assert asked.found.again["verb"] == "keep"
    assert "Acme Industries" in asked.summary


@pytest.mark.parametrize(("text", "language"), _FOR_ME)
async def test_for_me_after_a_list_saves_it(office, text, language):
    await office.say("show Acme Industries")
    await office.say("all clients")
    shown = await office.say(text, language=language)
    assert read(shown.card)[0] in ("Save this view", "Enregistrer cette vue")
