"""A company, a contact or a colleague answers to what people call it."""

import asyncio
from itertools import islice, product
from string import ascii_lowercase

import pytest
from sqlalchemy import delete, insert

from storage.book.companies import find_companies
from storage.book.contacts import find_contacts
from storage.firm.user_search import find_users, search_users
from storage.lists.reindex import VERSION, reindex_some
from storage.lists.spelling import correct_words
from storage.lists.words import COMPANY, index_words
from storage.models import KnownWord, SearchWord
from tests import factories
from tests.factories import viewer_of


@pytest.fixture
async def viewer(database):
    async with database.writing(1) as connection:
        await factories.add_tenant(connection)
        anne = await factories.add_user(connection, "Anne Martin")
        for name in ("Anne Durand", "Marc Lefèvre", "Jean-Pierre O'Neill", "Zoë Müller", "王小明"):
            await factories.add_user(connection, name)
        await factories.add_user(connection, "Marc Gone", is_active=False)
        await factories.add_company(connection, "Acme Légal", "acme-legal.com", "acme.co.uk")
        await factories.add_company(connection, "Bergmann & Söhne", "bergmann.de")
        await factories.add_company(connection, "Bergmann Bank", "bergmann-bank.de")
        await factories.add_company(connection, "Hidden", "hidden.example", is_known=False)
        await factories.add_company(connection, "北京律师事务所", "beijing-law.cn")
        await factories.add_company(connection, "O'Brien-Smith", "obs.ie")
        await factories.add_contact(connection, "Bob Jones", "bob.jones@acme.co.uk")
        await factories.add_contact(connection, "Roberta Johnson", "rj@bergmann.de")
        await factories.add_contact(connection, "Only Seen", "seen@bergmann.de", is_contact=False)
    return viewer_of(anne)


async def find(database, find_, viewer, text):
    async with database.reading(1) as connection:
        return [(match.name, match.how) for match in await find_(connection, viewer, text)]


COMPANIES = [
    ("acme legal", [("Acme Légal", "exact")]),
    ("  ACME   LÉGAL ", [("Acme Légal", "exact")]),
    ("acme.co.uk", [("Acme Légal", "exact")]),
    ("ACME-legal.com", [("Acme Légal", "exact")]),
    ("https://www.acme.co.uk/about?x=1", [("Acme Légal", "exact")]),
    ("mail.acme.co.uk", [("Acme Légal", "exact")]),
    ("bob@acme.co.uk", [("Acme Légal", "prefix")]),
    ("acm", [("Acme Légal", "prefix")]),
    ("legal ac", [("Acme Légal", "prefix")]),
    ("Acmee Legal", [("Acme Légal", "typo")]),
    ("amce legal", [("Acme Légal", "typo")]),
    ("acme leagl", [("Acme Légal", "typo")]),
    ("bergman & sohne", [("Bergmann & Söhne", "prefix")]),
    ("bregmann & söhne", [("Bergmann & Söhne", "typo")]),
    ("北京", [("北京律师事务所", "prefix")]),
    ("事务所", [("北京律师事务所", "prefix")]),
    ("obriensmith", [("O'Brien-Smith", "prefix")]),
    ("o'brien smith", [("O'Brien-Smith", "exact")]),
    ("hidden", []),
    ("hidden.example", []),
    ("nothing like it", []),
    ("uk", [("Acme Légal", "prefix")]),
    ("co.uk", [("Acme Légal", "prefix")]),
    ("", []),
    ("\u200b", []),
]


@pytest.mark.parametrize(("text", "found"), COMPANIES, ids=[text for text, _ in COMPANIES])
async def test_a_company_is_found(database, viewer, text, found):
    assert await find(database, find_companies, viewer, text) == found


@pytest.mark.parametrize(
    "text", ["%", "_", "'; DROP TABLE companies; --", '"xyzzy" NEAR *', "\\", "a" * 100_000, "* " * 500]
)
async def test_B72_S26_signs_are_plain_characters(database, viewer, text):
    assert await find(database, find_companies, viewer, text) == []
    assert await find(database, find_contacts, viewer, text) == []


async def test_an_ambiguous_name_gives_all_it_may_mean(database, viewer):
    found = await find(database, find_companies, viewer, "bergmann")
    assert sorted(found) == [("Bergmann & Söhne", "prefix"), ("Bergmann Bank", "prefix")]


CONTACTS = [
    ("Bob Jones", [("Bob Jones", "exact")]),
    ("BOB.JONES@acme.co.uk", [("Bob Jones", "exact")]),
    ("mailto:bob.jones+x@acme.co.uk", [("Bob Jones", "exact")]),
    ("jones b", [("Bob Jones", "prefix")]),
    ("Roberta Jonhson", [("Roberta Johnson", "typo")]),
    ("Only Seen", []),
    ("seen@bergmann.de", []),
]


@pytest.mark.parametrize(("text", "found"), CONTACTS, ids=[text for text, _ in CONTACTS])
async def test_a_contact_is_found(database, viewer, text, found):
    assert await find(database, find_contacts, viewer, text) == found


async def test_the_likest_of_mistyped_names_is_clearly_nearer(database, viewer):
    async with database.reading(1) as connection:
        nearest, *rest = await find_contacts(connection, viewer, "Roberta Jonson")
    assert (nearest.name, nearest.likeness > 90, rest) == ("Roberta Johnson", True, [])


USERS = [
    ("Anne Martin", [("Anne Martin", "exact")]),
    ("martin", [("Anne Martin", "prefix")]),
    ("Anne", [("Anne Durand", "prefix"), ("Anne Martin", "prefix")]),
    ("marc", [("Marc Lefèvre", "prefix")]),
    ("lefevre", [("Marc Lefèvre", "prefix")]),
    ("Martni", [("Anne Martin", "typo")]),
    ("jean pierre oneil", [("Jean-Pierre O'Neill", "prefix")]),
    ("jean pierre oneli", [("Jean-Pierre O'Neill", "typo")]),
    ("muller zo", [("Zoë Müller", "prefix")]),
    ("gone", [("Marc Gone", "prefix")]),
    ("王小明", [("王小明", "exact")]),
    ("小明", [("王小明", "prefix")]),
    ("nobody", []),
    ("%", []),
]


@pytest.mark.parametrize(("text", "found"), USERS, ids=[text for text, _ in USERS])
async def test_a_colleague_is_found(database, viewer, text, found):
    assert await find(database, find_users, viewer, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["Anne Durand", "Anne Martin", "Jean-Pierre O'Neill", "Marc Lefèvre", "Zoë Müller", "王小明"]),
        ("an", ["Anne Durand", "Anne Martin"]),
        ("le", ["Marc Lefèvre"]),
        ("matri", ["Anne Martin"]),
        ("gone", []),
    ],
)
async def test_typeahead_gives_colleagues_who_are_still_there(database, viewer, text, found):
    async with database.reading(1) as connection:
        assert [user.name for user in await search_users(connection, viewer, text)] == found


def list_slips(word):
    """One error at every place: a letter left out, doubled, changed, put before or after, or swapped."""
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        yield from (before + "q" + after, before + "q" + after[1:], before + after[1:])
        yield before + after[1:2] + after[:1] + after[2:]


@pytest.mark.parametrize("name", ["acme", "solst", "bergmann", "solstice"])
async def test_one_slip_anywhere_in_a_word_is_forgiven(database, viewer, name):
    async with database.writing(1) as connection:
        await factories.add_company(connection, name, "x.example", id=900)
    async with database.reading(1) as connection:
        missed = [slip for slip in set(list_slips(name)) if name not in await read_as(connection, slip)]
    assert [slip for slip in missed if len(slip) >= 4] == []


async def read_as(connection, word):
    readings = await correct_words(connection, viewer_of(1), COMPANY, [word])
    return readings[0] if readings else []


@pytest.mark.parametrize(("asked", "name"), [("solstixe", "Solstice"), ("xoltice", "Voltice")])
async def test_thousands_of_words_that_only_hidden_companies_have_keep_no_other_out_and_are_not_offered(
    database, viewer, asked, name
):
    async with database.writing(1) as connection:
        hidden = await factories.add_company(connection, "Secret", "secret.example", is_known=False)
        some = ["".join(letters) for letters in islice(product(ascii_lowercase, repeat=3), 6_000)]
        before, behind = [f"soa{three}" for three in some], [f"x{three}aice" for three in some]
        await index_words(connection, 1, COMPANY, {hidden: ["solstise", "xoltise", *before, *behind]})
        await factories.add_company(connection, name, "visible.example")
    async with database.reading(1) as connection:
        assert await read_as(connection, asked) == [name.lower()]
    assert await find(database, find_companies, viewer, asked) == [(name, "typo")]


@pytest.mark.parametrize(("stored", "asked"), [("Sean Obrien", "sean o'brien"), ("Sean O'Brien", "sean obrien")])
async def test_a_name_with_an_apostrophe_is_found_with_and_without_it(database, viewer, stored, asked):
    async with database.writing(1) as connection:
        await factories.add_contact(connection, stored, "sean@bergmann.de")
    assert (stored, "prefix") in await find(database, find_contacts, viewer, asked)


async def test_what_was_written_under_older_words_is_found_by_todays_after_an_upgrade(database, viewer):
    async with database.writing(1) as connection:
        await factories.add_contact(connection, "Eva Müller", "eva@bergmann.de")
        await connection.execute(delete(SearchWord).where(SearchWord.word.like("mueller%")))
        await connection.execute(delete(SearchWord).where(SearchWord.word.like("soehne%")))
    place = ""
    while place != VERSION:
        async with database.writing(1) as connection:
            place = await reindex_some(connection, 1, place)
    assert ("Eva Müller", "prefix") in await find(database, find_contacts, viewer, "mueller")
    assert ("Bergmann & Söhne", "prefix") in await find(database, find_companies, viewer, "soehne")


async def see_whether_others_work(work) -> bool:
    """Return whether something else was done before this work was."""
    done: list[str] = []

    async def note(name: str) -> None:
        done.append(name)

    async def run() -> None:
        await work
        done.append("work")

    await asyncio.gather(run(), note("another"))
    return done[0] == "another"


async def test_what_compares_many_names_or_words_lets_others_work_meanwhile(sqlite_database):
    async with sqlite_database.writing(1) as connection:
        await factories.add_tenant(connection)
        anne = viewer_of(await factories.add_user(connection, "Anne Martin"))
        words = ["".join(letters) for letters in islice(product(ascii_lowercase, repeat=3), 1_500)]
        rows = [{"tenant_id": 1, "of": COMPANY, "word": f"zor{word}b"} for word in words]
        await connection.execute(insert(KnownWord), [row | {"backwards": row["word"][::-1]} for row in rows])
    async with sqlite_database.reading(1) as connection:
        assert await see_whether_others_work(search_users(connection, anne, "Anme Matrin"))
        assert await see_whether_others_work(correct_words(connection, anne, COMPANY, ["zorglvb"]))
        assert not await see_whether_others_work(correct_words(connection, anne, COMPANY, ["quick"]))
