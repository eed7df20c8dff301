"""What the lists are asked for: every kind of list, and words drawn from the firm's own names."""

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Literal

from sqlalchemy import func, select

from storage.book import companies, contacts
from storage.engine.connection import Reading
from storage.engine.database import Database
from storage.firm import user_search
from storage.lists.filters import Filter, Scope, Subject
from storage.lists.paging import Page
from storage.lists.periods import Period
from storage.models import Company, CompanyType, Contact, User
from storage.viewer import Viewer
from storage.views import views
from tests.bench.population import NOW, TENANT

Ask = Callable[[Reading, Viewer, str | None], Awaitable[Page[object] | object]]
Kind = Literal["companies", "contacts", "colleagues"]
Speak = Callable[[Kind, Viewer], str]

VIEWERS = 50
"""People whose lists are asked for in turn, each with words of their own."""
_COLLEAGUE = 7
_BIG_COMPANY = 1
_CLIENT, _PROSPECT, _COURT = CompanyType.CLIENT, CompanyType.PROSPECT, CompanyType.COURT
_QUIET = Period("not_for", days=90)
_RECENT = Period("within", days=90)
_BY_NAME = {"sort": "name", "is_ascending": True}

_COMPANIES = {
    "my companies": Filter(),
    "my clients": Filter(types=(_CLIENT,)),
    "my companies without a type": Filter(types=(None,)),
    "my clients and prospects": Filter(types=(_CLIENT, _PROSPECT)),
    "my companies by name": Filter(**_BY_NAME),
    "my companies by interactions": Filter(sort="count"),
    "my clients whose partner I am, quiet": Filter(types=(_CLIENT,), partners=("me",), last=_QUIET),
    "all companies": Filter(scope="firm"),
    "all clients": Filter(scope="firm", types=(_CLIENT,)),
    "all clients and prospects": Filter(scope="firm", types=(_CLIENT, _PROSPECT)),
    "all clients by name": Filter(scope="firm", types=(_CLIENT,), **_BY_NAME),
    "all courts by name": Filter(scope="firm", types=(_COURT,), **_BY_NAME),
    "all clients by interactions": Filter(scope="firm", types=(_CLIENT,), sort="count"),
    "companies where partner is me": Filter(scope="firm", partners=("me",)),
    "companies where partner is me by name": Filter(scope="firm", partners=("me",), **_BY_NAME),
    "companies without a partner": Filter(scope="firm", partners=("nobody",)),
    "companies of three partners or of nobody": Filter(scope="firm", partners=("me", 3, 4, "nobody")),
    "clients of the last quarter": Filter(scope="firm", types=(_CLIENT,), last=Period("in", day="last_quarter")),
    "companies known by a colleague": Filter(scope="firm", known_by=(_COLLEAGUE,)),
    "companies known by two colleagues": Filter(scope="firm", known_by=("me", _COLLEAGUE)),
    "companies not known by a colleague": Filter(scope="firm", not_known_by=(_COLLEAGUE,)),
    "new companies of 90 days": Filter(scope="firm", first=_RECENT),
    "all companies of 90 days by name": Filter(scope="firm", last=_RECENT, **_BY_NAME),
    "all companies quiet for 90 days": Filter(scope="firm", last=_QUIET),
}
_CONTACTS = {
    "my contacts": Filter(of="contacts"),
    "my contacts by name": Filter(of="contacts", **_BY_NAME),
    "my contacts at clients": Filter(of="contacts", types=(_CLIENT,)),
    "all contacts": Filter(of="contacts", scope="firm"),
    "all contacts by name": Filter(of="contacts", scope="firm", **_BY_NAME),
    "all contacts by interactions": Filter(of="contacts", scope="firm", sort="count"),
    "all contacts at clients": Filter(of="contacts", scope="firm", types=(_CLIENT,)),
    "contacts at clients whose partner I am": Filter(of="contacts", scope="firm", types=(_CLIENT,), partners=("me",)),
    "contacts at a big company": Filter(of="contacts", scope="firm", company_id=_BIG_COMPANY),
    "contacts at a big company by name": Filter(of="contacts", scope="firm", company_id=_BIG_COMPANY, **_BY_NAME),
    "contacts known by a colleague": Filter(of="contacts", scope="firm", known_by=(_COLLEAGUE,)),
    "contacts known by two colleagues": Filter(of="contacts", scope="firm", known_by=("me", _COLLEAGUE)),
    "contacts not known by a colleague": Filter(of="contacts", scope="firm", not_known_by=(_COLLEAGUE,)),
    "new contacts of 90 days": Filter(of="contacts", scope="firm", first=_RECENT),
    "my new contacts of 90 days": Filter(of="contacts", first=_RECENT),
    "all contacts of 90 days": Filter(of="contacts", scope="firm", last=_RECENT),
}
THREE_CONDITIONS = {
    "clients, partner me, quiet": Filter(scope="firm", types=(_CLIENT,), partners=("me",), last=_QUIET),
    "prospects, no partner, quiet": Filter(scope="firm", types=(_PROSPECT,), partners=("nobody",), last=_QUIET),
}

_DRAWN: dict[Kind, type[Company | Contact | User]] = {"companies": Company, "contacts": Contact, "colleagues": User}


class Names:
    """What each viewer types, drawn by the same dice from a firm of any size: short and long words, rare and common."""

    def __init__(self, names: Mapping[Kind, Sequence[str]]) -> None:
        self._names = names

    def _get(self, of: Kind, viewer: Viewer) -> list[str]:
        names = self._names[of]
        return names[viewer.user_id % len(names)].lower().split()

    def begin_word(self, of: Kind, viewer: Viewer) -> str:
        """Give the first two to five letters of a word."""
        return self._get(of, viewer)[viewer.user_id // 4 % 2][: 2 + viewer.user_id % 4]

    def begin_words(self, of: Kind, viewer: Viewer) -> str:
        """Give the first three to six letters of both words."""
        return " ".join(word[: 3 + viewer.user_id % 4] for word in self._get(of, viewer))

    def name(self, of: Kind, viewer: Viewer) -> str:
        """Give both words."""
        return " ".join(self._get(of, viewer))

    def mistype(self, of: Kind, viewer: Viewer) -> str:
        """Give both words, with two letters of the first in the wrong order."""
        first, *rest = self._get(of, viewer)
        return " ".join((first[:1] + first[2:3] + first[1:2] + first[3:], *rest))


async def draw_names(database: Database) -> Names:
    """Draw names of companies, contacts and colleagues by lot."""
    dice, drawn = random.Random(7), {}
    async with database.reading(TENANT) as connection:
        for kind, of in _DRAWN.items():
            last = await connection.scalar(select(func.max(of.id)).where(of.tenant_id == TENANT)) or 0
            ids = [1 + int(dice.random() * last) for _ in range(VIEWERS)]
            chosen = select(of.name).where(of.tenant_id == TENANT, of.id.in_(ids)).order_by(of.id)
            drawn[kind] = list(await connection.scalars(chosen))
    return Names(drawn)


def list_asks(names: Names) -> Iterator[tuple[str, Ask]]:
    """Give every kind of list, and what is read like one."""
    for name, filter_ in (_COMPANIES | _CONTACTS).items():
        yield name, ask_list(filter_)
    for of in ("companies", "contacts"):
        yield f"my {of}, a word", _ask_words(of, "mine", names.begin_word)
        yield f"my {of}, two words", _ask_words(of, "mine", names.begin_words)
        yield f"all {of}, a word", _ask_words(of, "firm", names.begin_word)
        yield f"all {of}, two words", _ask_words(of, "firm", names.begin_words)
    yield (
        "companies to sort out",
        lambda connection, viewer, cursor: companies.list_companies_to_sort_out(connection, viewer, cursor=cursor),
    )
    yield "a company", lambda connection, viewer, _: companies.get_company(connection, viewer, _BIG_COMPANY)
    yield "a contact", lambda connection, viewer, _: contacts.get_contact(connection, viewer, _BIG_COMPANY)
    yield "my views", lambda connection, viewer, _: views.list_views(connection, viewer)


def list_searches(names: Names) -> Iterator[tuple[str, Ask]]:
    """Give every way to find something by what somebody types."""
    for name, speak in (("finding", names.name), ("finding mistyped", names.mistype)):
        yield f"{name} companies", _ask_finding(companies.find_companies, "companies", speak)
        yield f"{name} contacts", _ask_finding(contacts.find_contacts, "contacts", speak)
    yield "finding colleagues", _ask_finding(user_search.search_users, "colleagues", names.begin_word)


def ask_list(filter_: Filter) -> Ask:
    """Ask for a page of what meets the filter."""
    list_ = companies.list_companies if filter_.of == "companies" else contacts.list_contacts
    return lambda connection, viewer, cursor: list_(connection, viewer, filter_, now=NOW, cursor=cursor)


def _ask_words(of: Subject, scope: Scope, speak: Speak) -> Ask:
    def ask(connection: Reading, viewer: Viewer, cursor: str | None) -> Awaitable[object]:
        return ask_list(Filter(of=of, scope=scope, text=speak(of, viewer)))(connection, viewer, cursor)

    return ask


def _ask_finding(find: Callable[..., Awaitable[object]], of: Kind, speak: Speak) -> Ask:
    return lambda connection, viewer, _: find(connection, viewer, speak(of, viewer))
