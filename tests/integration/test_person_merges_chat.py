"""Who is the same person, said in sentences and by clicks: asked first, shown once with both addresses, taken back."""

import pytest

from storage.book.contacts import list_contacts
from storage.lists.filters import Filter
from tests import syncing
from tests.corrections import open_firm, read_as, snap
from tests.office import Office, read, said
from tests.syncing import Sync

sync = syncing.sync
ANNE = ("Anne Martin", "anne.martin@lex.example")
CLAIRE = ("Claire Dubois", "claire.dubois@nordwind.example")
SHORT = ("C. Dubois", "c.dubois@hexagone.example")
HOME = ("", "claire.d@gmail.com")
YES = {"en": "Yes, go on", "fr": "Oui, continuer"}
UNDO = {"en": "Undo", "fr": "Annuler la modification"}


@pytest.fixture
async def office(sync: Sync, firm) -> Office:
    firm.send_mail(ANNE, [CLAIRE])
    firm.send_mail(ANNE, [SHORT])
    firm.send_mail(ANNE, [HOME])
    firm.send_mail(ANNE, [("Eric Noir", "eric@nordwind.example")])
    await sync.run()
    return await open_firm(sync)


async def list_addresses(office: Office) -> list[tuple[str, ...]]:
    page = await read_as(office, list_contacts, Filter(of="contacts"), now=office.now)
    return sorted((row.address, *row.others) for row in page.rows)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("claire.d@gmail.com is Claire Dubois", "claire.d@gmail.com"),
        ("claire.d@gmail.com is also Claire Dubois", "claire.d@gmail.com"),
        ("claire.d@gmail.com belongs to Claire Dubois", "claire.d@gmail.com"),
        ("claire.d@gmail.com is Claire Dubois's private address", "claire.d@gmail.com"),
        ("Claire Dubois also writes from claire.d@gmail.com", "claire.d@gmail.com"),
        ("the private address of Claire Dubois is claire.d@gmail.com", "claire.d@gmail.com"),
        ("merge claire.d@gmail.com into Claire Dubois", "claire.d@gmail.com"),
        ("merge Claire Dubois and C. Dubois", "c.dubois@hexagone.example"),
        ("merge C. Dubois and Claire Dubois", "c.dubois@hexagone.example"),
        ("Claire Dubois and C. Dubois are the same person", "c.dubois@hexagone.example"),
        ("C. Dubois is the same person as Claire Dubois", "c.dubois@hexagone.example"),
        ("merge c.dubois@hexagone.example and claire.dubois@nordwind.example", "c.dubois@hexagone.example"),
        ("fr:claire.d@gmail.com est Claire Dubois", "claire.d@gmail.com"),
        ("fr:claire.d@gmail.com, c'est Claire Dubois", "claire.d@gmail.com"),
        ("fr:claire.d@gmail.com est l'adresse privée de Claire Dubois", "claire.d@gmail.com"),
        ("fr:Claire Dubois écrit aussi depuis claire.d@gmail.com", "claire.d@gmail.com"),
        ("fr:l'adresse personnelle de Claire Dubois est claire.d@gmail.com", "claire.d@gmail.com"),
        ("fr:fusionne Claire Dubois et C. Dubois", "c.dubois@hexagone.example"),
        ("fr:fusionne les contacts C. Dubois et Claire Dubois", "c.dubois@hexagone.example"),
        ("fr:C. Dubois et Claire Dubois sont la même personne", "c.dubois@hexagone.example"),
        ("fr:C. Dubois est la même personne que Claire Dubois", "c.dubois@hexagone.example"),
        ("fr:fusionne claire.d@gmail.com avec Claire Dubois", "claire.d@gmail.com"),
    ],
)
async def test_it_is_asked_about_shown_once_and_taken_back_with_a_click(office, sync, text, other):
    language = "fr" if text.startswith("fr:") else "en"
    before = await snap(sync)
    asked = await office.say(text.removeprefix("fr:"), language=language)
    assert "claire.dubois@nordwind.example" in said(asked) or "c.dubois@hexagone.example" in said(asked)
    assert await snap(sync) == before
    done = await office.click(asked, YES[language], language=language)
    together = {frozenset(one) for one in await list_addresses(office) if len(one) > 1}
    assert together == {frozenset({"claire.dubois@nordwind.example", other})}
    assert other in said(done)
    await office.click(done, UNDO[language], language=language)
    assert await snap(sync) == before


@pytest.mark.parametrize(
    "text",
    [
        "separate claire.d@gmail.com",
        "claire.d@gmail.com is not Claire Dubois",
        "separate claire.d@gmail.com from Claire Dubois",
        "unmerge Claire Dubois",
        "fr:sépare claire.d@gmail.com",
        "fr:claire.d@gmail.com n'est pas Claire Dubois",
        "fr:annule la fusion de Claire Dubois",
    ],
)
async def test_an_address_is_taken_out_again(office, sync, text):
    before = await snap(sync)
    await office.click(await office.say("claire.d@gmail.com is Claire Dubois"), "Yes, go on")
    await office.say(text.removeprefix("fr:"), language="fr" if text.startswith("fr:") else "en")
    assert await snap(sync) == before


async def test_on_the_card_two_are_made_one_and_one_is_taken_out_again(office, sync):
    before = await snap(sync)
    card = await office.say("show Claire Dubois")
    asked = await office.click(card, "That is also …")
    asked = await office.click(asked, "One person", {"other": "claire.d@gmail.com"})
    merged = await office.click(asked, "Yes, go on")
    assert read(merged.card)[0].startswith("Claire Dubois") or "Claire Dubois" in said(merged)
    assert "claire.d@gmail.com" in said(await office.say("show Claire Dubois"))
    assert "claire.d@gmail.com" in said(await office.say("show my contacts"))
    card = await office.say("show claire.d@gmail.com")
    assert "claire.dubois@nordwind.example" in said(card)
    await office.click(card, "Take out claire.d@gmail.com again")
    assert await snap(sync) == before


async def test_where_nobody_else_is_called_so_it_is_the_name_of_the_address(office):
    asked = await office.say("claire.d@gmail.com is Zoe Brun")
    assert "Zoe Brun" in said(asked)
    await office.click(asked, "Yes, go on")
    assert "Zoe Brun" in said(await office.say("show claire.d@gmail.com"))


async def test_what_is_one_already_and_what_is_not_is_said(office):
    assert "one person already" in said(
        await office.say("claire.dubois@nordwind.example and Claire Dubois are the same")
    )
    assert "one address" in said(await office.say("separate eric@nordwind.example"))
    assert "Nobody" in said(await office.say("Zora Xyz and Claire Dubois are the same person"))


async def test_companies_stay_companies(office):
    asked = await office.say("merge Nordwind and Hexagone")
    assert "nordwind.example" in said(asked)
    assert "hexagone.example" in said(asked)


async def test_an_administrator_takes_a_colleagues_word_back(office, sync):
    await sync.execute("UPDATE users SET is_admin = true WHERE name = 'Anne Martin'")
    await sync.run()
    asked = await office.say("C. Dubois and Claire Dubois are the same person", by="Bob Stone")
    await office.click(asked, "Yes, go on", by="Bob Stone")
    listed = await office.say("what did Bob Stone change")
    asked = await office.click(listed, "1 time that addresses were said to be one person's")
    await office.click(asked, "Yes, go on")
    assert all(len(one) == 1 for one in await list_addresses(office))
