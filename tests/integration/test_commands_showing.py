"""One thing by its name: a company, a contact, a view; nothing, several, or nearly."""

from dataclasses import replace

import pytest

from tests.factories import add_company
from tests.office import Office, fit, names, open_office, read, said


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


@pytest.mark.parametrize("name", ["Acme Industries", "acme industries", "ACME.EXAMPLE", "acme.ch", "jean@acme.example"])
async def test_a_company_answers_to_its_name_and_its_domains(office, name):
    reply = await office.say(f"show {name}")
    assert read(reply.card)[0] in ("Acme Industries", "Jean Acme")


async def test_a_company_shows_what_the_firm_knows_and_what_i_had(office):
    text = said(await office.say("show Acme Industries"))
    for part in ("Client", "Anne Martin", "acme.ch, acme.example", "Marc Lefèvre", "1 day ago", "With you"):
        assert part in text or part == "acme.ch, acme.example"
    assert "acme.ch" in text


async def test_accents_are_not_needed(office):
    assert read((await office.say("show duval et fils")).card)[0] == "Duval & Fils"


async def test_a_typing_error_is_forgiven_and_said(office):
    reply = await office.say("show Globx")
    assert read(reply.card)[0] == "Globex"
    assert "I take “Globx” to be Globex." in read(reply.card)


async def test_a_name_of_several_asks_which(office):
    reply = await office.say("show Northwind")
    assert {"Northwind Traders", "Northwind Shipping"} <= set(names(reply.card))
    assert read((await office.click(reply, "Northwind Shipping")).card)[0] == "Northwind Shipping"


async def test_nothing_found_says_what_to_try(office):
    reply = await office.say("show Zzyzzyva")
    assert "I found nothing called “Zzyzzyva”" in said(reply)
    assert "Check the spelling" in said(reply)


async def test_B74_what_another_tenant_knows_looks_like_nothing(office):
    async with office.database.writing(2) as connection:
        await add_company(connection, "Secret Holding", "secret.example", tenant_id=2)
    hidden, absent = await office.say("show Secret Holding"), await office.say("show Absent Holding")
    assert said(hidden).replace("Secret", "Absent") == said(absent)


async def test_a_contact_is_shown_with_its_company(office):
    reply = await office.say("show Jean Globex")
    assert {"Jean Globex", "jean@globex.example", "Globex"} <= set(read(reply.card))
    assert read((await office.click(reply, "Globex")).card)[0] == "Globex"


async def test_a_company_opens_its_contacts_and_leads_back(office):
    company = await office.say("show Globex")
    contact = await office.click(company, "Jean Globex")
    assert read(contact.card)[0] == "Jean Globex"
    assert (await office.click(contact, "Back")).card == company.card


async def test_a_saved_view_answers_to_its_name(office):
    await office.ask("view.save", {"name": "Dormant clients", "filter": {"types": ["client"]}})
    reply = await office.say("show dormant clients")
    assert read(reply.card)[0] == "Dormant clients"
    assert names(reply.card) == ["Acme Industries", "Duval & Fils"]


@pytest.mark.parametrize("verb", ["company.open", "contact.open", "contact.explain", "company.shared"])
async def test_B64_another_tenants_row_looks_like_no_row(office, verb):
    ids = {"company_id": office.companies["their Acme Industries"], "contact_id": office.contacts["their Jean Acme"]}
    theirs = await office.ask(verb, fit(verb, ids))
    absent = await office.ask(verb, fit(verb, {"company_id": 10**9, "contact_id": 10**9}))
    assert theirs == absent
    assert (theirs.is_error, theirs.code) == (True, 404)


async def test_why_somebody_is_a_contact(office):
    reply = await office.ask("contact.explain", {"contact_id": office.contacts["Jean Acme"]})
    assert read(reply.card)[0] == "Jean Acme is a contact"
    assert "A colleague wrote to them, or you did." in read(reply.card)


async def test_why_somebody_who_only_wrote_in_is_none_and_how_to_add_them(office):
    reply = await office.ask("contact.explain", {"address": "sam@initech.example"})
    assert read(reply.card)[0] == "Sam Seen is no contact"
    added = await office.click(reply, "Add as a contact")
    assert "Sam Seen is a contact now." in read(added.card)
    assert "Sam Seen" in names((await office.say("contacts at Initech")).card)


async def test_adding_a_contact_is_undone(office):
    added = await office.ask("contact.add", {"address": "sam@initech.example"})
    await office.click(added, "Undo")
    reply = await office.ask("contact.explain", {"address": "sam@initech.example"})
    assert read(reply.card)[0] == "Sam Seen is no contact"


async def test_an_address_nobody_ever_saw_is_explained_too(office):
    reply = await office.ask("contact.explain", {"address": "nobody@nowhere.example"})
    assert not reply.is_error
    assert "nobody@nowhere.example is no contact" in said(reply)


@pytest.mark.parametrize("shares_contacts", [True, False])
@pytest.mark.parametrize(("language", "everything"), [("en", "who wrote to whom"), ("fr", "qui a écrit à qui")])
async def test_A6_hello_says_what_this_firm_shares_and_no_more(office, shares_contacts, language, everything):
    viewer = replace(office.people["Anne Martin"], shares_contacts=shares_contacts)
    shown = " ".join(read((await office.ask("hello", by=viewer, language=language)).card))
    assert (everything in shown) is shares_contacts


async def test_hello_says_what_is_not_shared_and_three_things_to_try(office):
    reply = await office.say("bonjour", language="fr")
    assert read(reply.card)[0] == "Bonjour Anne, je suis Carnet"
    assert names(reply.card) == ["mes clients", "sociétés à classer", "clients sans contact depuis 3 mois"]
    assert names((await office.click(reply, "mes clients", language="fr")).card) == ["Acme Industries", "Duval & Fils"]


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_example_of_the_help_is_understood(office, language):
    helped = await office.ask("help", language=language)
    for example in names(helped.card):
        reply = await office.click(helped, example, language=language)
        assert not reply.is_error, example
        assert "unknown" not in reply.summary


async def test_an_unknown_sentence_offers_the_nearest(office):
    reply = await office.say("the weather was rather nice on tuesday evening don't you agree")
    assert "I did not understand" in said(reply)
    assert len(names(reply.card)) >= 1


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("noreply@acme.example", "Nobody reads"),
        ("info@acme.example", "share this mailbox"),
        ("deals@lists.acme.example", "mailing list"),
        ("carl", "no email address"),
        ("/O=ACME/CN=CARL", "mail server"),
    ],
)
async def test_a_machine_is_explained(office, address, word):
    reply = await office.ask("contact.explain", {"address": address})
    assert word in str(reply.card)


async def test_a_name_that_is_written_in_one_word_is_found_in_two(office):
    reply = await office.say("Glo bex")
    assert "I take “Glo bex” to be Globex." in read(reply.card)


async def test_the_beginning_of_a_company_means_it_and_not_everybody_whose_address_begins_so(office):
    reply = await office.say("show umbr")
    assert "I take “umbr” to be Umbrella." in read(reply.card)


@pytest.mark.parametrize("words", ["show Anne Weber", "Anne Weber", "qui est Weber ?"])
async def test_a_colleague_is_told_from_a_contact(office, words):
    reply = await office.say(words)
    assert reply.summary == "Anne Weber is of the firm"
    assert "companies known by Anne Weber" in read(reply.card)


@pytest.mark.parametrize("called", ["Anne Weber", "Weber", "anne.weber.4@firm.example"])
async def test_a_list_that_somebody_shares_takes_no_colleagues_name_away(office, called):
    marc = "Marc Lefèvre"
    await office.say("all courts", by=marc)
    saved = await office.say(f"save this view as {called}", by=marc)
    assert saved.code == 200
    shared = await office.ask("view.share", {"view_id": saved.data["view_id"], "is_with_firm": True}, by=marc)
    assert shared.code == 200
    assert (await office.say(called)).summary == "Anne Weber is of the firm"
    assert read((await office.say(f"view {called}")).card)[0] == called
    assert read((await office.say(called, by=marc)).card)[0] == called  # it is Marc's own word for it


async def _share(office: Office, called: str) -> None:
    """Have Marc share a list of courts under a name."""
    await office.say("all courts", by="Marc Lefèvre")
    saved = await office.say(f"save this view as {called}", by="Marc Lefèvre")
    named = {"view_id": saved.data["view_id"], "is_with_firm": True}
    assert (await office.ask("view.share", named, by="Marc Lefèvre")).code == 200


@pytest.mark.parametrize("called", ["Acme", "acme  industries", "Duval", "Glob"])
async def test_A16_a_list_that_somebody_shares_takes_no_company_s_name_away_nor_its_short_one(office, called):
    before = read((await office.say(called)).card)
    await _share(office, called)
    assert read((await office.say(called)).card) == before
    assert read((await office.say(f"view {called}")).card)[0].split() == called.split()


async def test_A16_a_list_that_somebody_shares_takes_no_change_of_a_company_to_itself(office):
    await _share(office, "Globex")
    await office.say("rename Globex to Globex Group")
    assert read((await office.say("show Globex Group")).card)[0] == "Globex Group"
    assert read((await office.say("view Globex")).card)[0] == "Globex"


@pytest.mark.parametrize(
    ("language", "quoted"), [("en", "“Client Services Ltd”"), ("fr", "«\xa0Client Services Ltd\xa0»")]
)
async def test_a_name_of_words_that_mean_something_is_offered_in_quotes_and_understood(office, language, quoted):
    await office.say("rename Acme Industries to Client Services Ltd")
    helped = await office.ask("help", language=language)
    example = next(name for name in names(helped.card) if quoted in name)
    assert "Client Services Ltd" in said(await office.click(helped, example, language=language))


async def test_an_address_that_nobody_has_seen_is_named_when_it_is_to_be_a_contact(office):
    reply = await office.say("add nobody.ever@nowhere.example as a contact")
    assert reply.code == 404
    assert "nobody.ever@nowhere.example" in reply.summary


async def test_a_contact_that_is_oneself_is_none_and_comes_back_where_it_was_not(office):
    reply = await office.say("jean@acme.example is me")
    assert "jean@acme.example is your own address" in said(reply)
    assert "Jean Acme" not in names((await office.say("my contacts")).card)
    assert "a second address of your own" in said(await office.say("why is jean@acme.example not a contact"))
    again = await office.click(reply, "That is not me")
    assert "jean@acme.example is somebody else's" in said(again)


@pytest.mark.parametrize(("text", "language"), [("that is me", "en"), ("c'est moi", "fr")])
async def test_what_is_said_of_the_contact_shown_last_is_asked_first(office, text, language):
    await office.ask("contact.open", {"contact_id": office.contacts["Jean Acme"]})
    asked = await office.say(text, language=language)
    assert "jean@acme.example" in asked.summary
    assert "Jean Acme" in names((await office.say("my contacts")).card)
    await office.ask(asked.found.again["verb"], {k: v for k, v in asked.found.again.items() if k != "verb"})
    assert "Jean Acme" not in names((await office.say("my contacts")).card)


@pytest.mark.parametrize("text", ["that is me", "that is not me", "c'est moi", "ce n'est pas moi", "carl is me"])
async def test_who_says_me_of_nothing_is_asked_which_address(office, text):
    reply = await office.say(text)
    assert not reply.is_error


@pytest.mark.parametrize("text", ["show Jean Acme <jean@acme.example>", "montre Jean Acme &lt;jean@acme.example&gt;"])
async def test_a_name_with_its_address_shows_the_person_and_not_the_company(office, text):
    reply = await office.say(text)
    assert read(reply.card)[0] == "Jean Acme"
    assert "I take" not in said(reply)
