"""S11: two tenants with the same people in one database see and change nothing of each other, whatever is asked."""

from contextlib import suppress
from inspect import Parameter, signature
from typing import Any, NamedTuple

import pytest

from storage.book.company_writes import edit_type
from storage.engine.rls import SYSTEM
from storage.errors import ChangeError
from storage.firm.rule_values import Edit, FirmRules
from storage.firm.tenants import DirectoryUser
from storage.history.events import Person
from storage.lists.filters import Filter
from storage.lists.finding import COMPANIES
from storage.messages.notice_preferences import NoticePreferences
from storage.messages.outbox import NewNotice
from storage.messages.talks import TalkRow
from storage.models import Company, CompanyRelationship, CompanyType, Feed, Invitation
from storage.queue.feeds import FeedState
from storage.record.audit import AuditRow, Entry
from storage.record.bulk_reads import BulkReadRow
from storage.record.recent_changes import ChangedEntity
from storage.viewer import Access, Viewer
from storage.views.places import Place
from storage.views.views import ViewRow
from tests.factories import NOW
from tests.twins import OURS, SECRET, SECRET_NUMBER, THEIRS, list_questions, read_theirs, write_twins

DONE = AuditRow(1, NOW, 1, "", "chat", "contact.add", "contact", 1, {"is_added": False}, {"is_added": True})
BOB = {"name": "Bob", "name_rank": 0}
RENAMED = AuditRow(1, NOW, 1, "", "chat", "contact.rename", "contact", 1, BOB, BOB)
OFF = {"is_removed": False}
TWO = {"is_merged": False, "merged_id": 1, "merged_name": "Acme"}
MERGED = AuditRow(1, NOW, 1, "", "chat", "company.merge", "company", 1, TWO, TWO)
MERGED_PEOPLE = AuditRow(1, NOW, 1, "", "chat", "contact.merge", "contact", 1, TWO, TWO)
REMOVED = AuditRow(1, NOW, 1, "", "chat", "contact.no_person", "contact", 1, OFF, OFF)


class Held(NamedTuple):
    """A contact, as a transaction holds it."""

    id: int
    name: str
    address: str


ANNE = "10000000-0000-4000-8000-000000000001"
VALUES: dict[str, Any] = {
    "action": "test",
    "actor_id": 1,
    "after": 0,
    "activity_id": "open activity_id",
    "address": "bob@acme.com",
    "addresses": ["bob@acme.com", "anne@acme.com"],
    "answer": {"a": 1},
    "asked": ["acmee"],
    "at": NOW,
    "audit_id": 1,
    "audit_ids": [1],
    "company_id": 1,
    "company_ids": [1],
    "contact_id": 1,
    "contact_ids": [1],
    "contact_rule": "exchange",
    "conversation_id": "conversation_id",
    "before": NOW,
    "began_at": NOW,
    "cursor": None,
    "default": NoticePreferences(),
    "digest": b"d" * 16,
    "domain": "new.example",
    "domains": ["new.example"],
    "done": DONE,
    "due_at": NOW,
    "entity_id": 1,
    "entity_ids": [1],
    "entra_ids": [ANNE],
    "entries": [Entry("test", "company", 1)],
    "feed": Feed.INBOX,
    "filter_": Filter(scope="firm"),
    "first": FirmRules(language="fr"),
    "ids": [1],
    "interaction_events": [],
    "invitation": Invitation.ANSWERED,
    "hidden": {1},
    "is_hidden": True,
    "is_kept": True,
    "into_id": 1,
    "person_id": 1,
    "contact": Held(1, "Bob", "bob@gmail.com"),
    "person_ids": [1],
    "persons": {},
    "mailbox": (1, 1),
    "is_changing": True,
    "is_off": True,
    "is_person": False,
    "is_removed": True,
    "is_own": True,
    "kind": "open kind",
    "kinds": ["open kind"],
    "leaver_days": 1,
    "limit": 10,
    "make_row": tuple,
    "most": 10,
    "name": "New name",
    "new_company_ids": [1],
    "named": [ANNE],
    "next_at": NOW,
    "notices": [NewNotice(1, "open kind", NOW)],
    "now": NOW,
    "of": "company",
    "partner_id": 1,
    "places": ["chat"],
    "people": [DirectoryUser(ANNE, "Anne", "anne@firm.example")],
    "place": "",
    "raw": "bob@acme.com",
    "reason": "",
    "reasons": {b"e" * 16: "test"},
    "retention_days": 1,
    "retry_at": NOW,
    "row_id": 1,
    "payload": {"kind": "open kind"},
    "row": BulkReadRow(NOW, frozenset({1})),
    "rule": "outreach",
    "rules": FirmRules(),
    "serves": "everyone",
    "shares_contacts": False,
    "since": 0,
    "suspected": [Person("bob@acme.com", "", "Bob Acme", 2, 0)],
    "source": "chat",
    "sources": [b"source_digest".ljust(16, b"d"), b"d" * 16],
    "state": "open state",
    "text": "acme",
    "touched": {1},
    "turned": {1: 1},
    "talk": TalkRow((("filter", {}),), changed_at=1),
    "to": 0,
    "changed": [ChangedEntity("company", 1)],
    "colleagues": {1: 1},
    "type_": CompanyType.PROSPECT,
    "until": NOW,
    "user_id": 1,
    "user_ids": [1],
    "values": {"contact_rule": "exchange", "retention_days": 1},
    "view_id": 1,
    "what": COMPANIES,
    "merged_into": 1,
    "version": None,
    "edit": edit_type("prospect", NOW, "chat"),
    "preferences": NoticePreferences(daily_most=3),
}
"""What each parameter gets: numbers and names that both tenants have."""
VIEW = ViewRow(
    1,
    None,
    "View",
    Filter(),
    1,
    "",
    is_own=True,
    is_default=False,
    is_hidden=False,
    is_shared_with_firm=False,
    shared_with=0,
    version=1,
)
OF_FUNCTION: dict[str, dict[str, Any]] = {
    "book.contact_names.undo_rename": {"done": RENAMED},
    "book.merges.undo_merge": {"done": MERGED},
    "book.private_clients.classify_person": {"values": {"type": CompanyType.CLIENT}},
    "book.person_merges.undo_merge": {"done": MERGED_PEOPLE},
    "book.removals.undo_removal": {"done": REMOVED},
    "book.keeping.is_own": {"of": "contact", "number": 1},
    "book.keeping.keep": {"number": 1},
    "history.keeping.list_touched": {"people": {1: ("bob@acme.com", "acme.com")}},
    "queue.chores.add_chores": {},
    "queue.chores.get_standing": {"name": "directory"},
    "views.places.set_places": {"places": [Place(1, 0, is_default=False, is_hidden=False)]},
    "book.company_writes.change_several": {"versions": {}},
    "book.contacts.list_contacts": {"filter_": Filter(of="contacts", scope="firm")},
    "engine.database.next_ids": {"model": Company, "count": 1},
    "queue.feeds.set_feeds": {"states": {Feed.INBOX: FeedState()}},
    "book.relationships.get_known": {"of": CompanyRelationship},
    "history.survivors.find_survivor": {"of": Company, "number": 1},
    "lists.words.index_words": {"of": 1, "texts": {1: ["other"]}},
    "lists.spelling.correct_words": {"of": 1},
    "views.changes.share_view": {"user_ids": [4]},
    "views.writes.check_name": {"reserved_names": ()},
    "views.writes.check_users": {"user_ids": [4]},
    "views.writes.describe_view": {"view": VIEW},
    "views.writes.get_shares": {"view": VIEW},
    "firm.rules.reset_rule": {"name": "language"},
    "firm.rule_effects.apply_rule": {"edit": Edit("contact_rule", "outreach", "exchange")},
    "views.places.set_place": {"is_hidden": True},
}
QUESTIONS = {name: (function, names) for name, function, names in list_questions()}


class TakenBack(Exception):  # noqa: N818  # no error: every question is asked of the same rows
    """Rolls back."""


def make_arguments(name: str, function: Any, names: list[str], tenant_id: int) -> dict[str, Any]:
    """Find a value for everything that a function takes; a new one needs a line above."""
    given = VALUES | OF_FUNCTION.get(name, {}) | {"viewer": Viewer(tenant_id, 1), "tenant_id": tenant_id}
    given["access"] = Access(given["viewer"])
    parameters = signature(function).parameters
    wanted = [one for one in names if parameters[one].default is Parameter.empty or one in given]
    several = Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL
    plain = {one: given[one] for one in wanted if parameters[one].kind not in several}
    return plain | (OF_FUNCTION.get(name, {}) if "values" in names else {})


async def ask(database, name: str, tenant_id: int) -> tuple[str, bool]:
    """Ask one question of the twins and take back what it did; give its answer, and whether their rows changed."""
    function, names = QUESTIONS[name]
    answer = None
    with suppress(TakenBack):
        async with database.writing(SYSTEM) as connection:
            before = await read_theirs(connection)
            with suppress(ChangeError):
                answer = await function(connection, **make_arguments(name, function, names, tenant_id))
            is_changed = await read_theirs(connection) != before
            raise TakenBack
    return repr(answer), is_changed


@pytest.fixture
async def twins(database):
    async with database.writing(SYSTEM) as connection:
        await write_twins(connection)
    return database


async def test_S11_no_question_gives_or_changes_anything_of_the_other_tenant(twins):
    asked = {name: await ask(twins, name, OURS) for name in QUESTIONS}
    leaking = {name for name, (answer, _) in asked.items() if SECRET in answer or str(SECRET_NUMBER) in answer}
    assert leaking == set()
    assert {name for name, (_, is_changed) in asked.items() if is_changed} == set()


SHOWING = [
    *(
        "book.companies.list_companies",
        "book.companies.get_company",
        "book.companies.get_company_rows",
        "book.companies.find_companies",
    ),
    *(
        "book.contacts.list_contacts",
        "book.contacts.get_contact",
        "book.contacts.find_contacts",
        "book.contacts.get_seen_person",
    ),
    *(
        "book.item_people.get_people",
        "firm.user_search.find_users",
        "firm.user_search.search_users",
        "firm.users.get_user",
        "firm.users.get_user_names",
    ),
    *(
        "views.views.list_views",
        "views.views.get_view",
        "views.views.get_default_view",
        "record.audit.list_audit",
    ),
    *(
        "book.company_changes.set_company_type",
        "book.contacts.add_contact",
        "views.changes.rename_view",
        "lists.words.index_words",
    ),
]


async def test_the_other_tenant_sees_and_changes_its_own_by_the_same_questions(twins):
    """Or the test above would prove nothing."""
    asked = {name: await ask(twins, name, THEIRS) for name in SHOWING}
    assert [name for name, (answer, is_changed) in asked.items() if SECRET not in answer and not is_changed] == []
