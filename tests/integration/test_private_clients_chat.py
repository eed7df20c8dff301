"""Private clients, said in sentences and by clicks: asked before the firm sees anybody, in lists beside companies."""

import json

import pytest

from storage.book.companies import list_companies
from storage.lists.filters import Filter
from storage.models import CompanyType
from tests import syncing
from tests.corrections import open_firm, read_as
from tests.office import Office, said
from tests.syncing import Sync

sync = syncing.sync
ANNE = ("Anne Martin", "anne.martin@lex.example")
GINA = ("Gina Roche", "gina.roche@gmail.com")
YES = {"en": "Yes, go on", "fr": "Oui, continuer"}
UNDO = {"en": "Undo", "fr": "Annuler la modification"}


@pytest.fixture
async def office(sync: Sync, firm) -> Office:
    firm.send_mail(ANNE, [GINA])
    firm.send_mail(ANNE, [("Claire Dubois", "claire@nordwind.example")])
    await sync.run()
    return await open_firm(sync)


async def list_clients(office: Office, who: str = "Anne Martin", **parts) -> list[tuple[str, str | None]]:
    filter_ = Filter(scope="firm", types=(CompanyType.CLIENT,)).changed(**parts)
    page = await read_as(office, list_companies, filter_, who=who, now=office.now)
    return [(row.name, row.partner_name) for row in page.rows]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Gina Roche is a client", "en"),
        ("set type of Gina Roche to client", "en"),
        ("make Gina Roche a client", "en"),
        ("gina.roche@gmail.com is a client", "en"),
        ("Gina Roche est cliente", "fr"),
        ("classe Gina Roche comme client", "fr"),
    ],
)
async def test_a_person_becomes_a_client_is_listed_and_is_none_again(office, text, language):
    asked = await office.say(text, language=language)
    assert await list_clients(office) == []
    done = await office.click(asked, YES[language], language=language)
    assert await list_clients(office, "Bob Stone") == [("Gina Roche", None)]
    listed = "my clients" if language == "en" else "mes clients"
    assert "Gina Roche" in said(await office.say(listed, language=language))
    undone = await office.click(done, UNDO[language], language=language)
    await office.click(undone, YES[language], language=language)
    assert await list_clients(office) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("set partner of Gina Roche to Bob Stone", "en"),
        ("Bob Stone is responsible for Gina Roche", "en"),
        ("mets Bob Stone comme associé de Gina Roche", "fr"),
    ],
)
async def test_a_partner_is_said_of_a_person_as_of_a_company(office, text, language):
    await office.click(await office.say(text, language=language), YES[language], language=language)
    assert ("Gina Roche", "Bob Stone") in await list_clients(office, types=())
    await office.say("Gina Roche is a client")
    assert await list_clients(office, "Bob Stone", scope="firm", partners=("me",)) == [("Gina Roche", "Bob Stone")]


async def test_on_the_card_of_the_contact_it_is_said_and_put_right(office):
    card = await office.say("show Gina Roche")
    asked = await office.ask("contact.classify", {"contact_id": office.contacts["Gina Roche"], "type": "client"})
    assert "contact.classify" in json.dumps(card.card)
    done = await office.click(asked, "Yes, go on")
    assert "private client" in said(done).lower()
    shown = await office.say("show Gina Roche")
    assert "At the firm" in said(shown)
    assert "Which" not in said(shown)
    await office.say("rename Gina Roche to Gina Brun")
    assert await list_clients(office) == [("Gina Brun", None)]


async def test_who_is_at_a_company_is_told_that_there_is_no_such_company(office):
    answer = await office.say("Claire Dubois is a client")
    assert "Claire Dubois" in said(answer)
    assert await list_clients(office) == []
