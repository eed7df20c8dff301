"""Compare what the store and the chats hold, tenant by tenant, with what really happened at Microsoft.

Every test of a fault ends with `balance` (see `tests/books.py`), and so does a soak.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import text

from bot.demo.connector import Sent
from bot.demo.microsoft import Microsoft
from bot.demo.world.firm import Firm
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from tests.ledger import Ledger, make_ledger
from tests.stored import read_ledger

WRONG = (
    *("lost", "doubled", "invented", "wrong_tenant", "wrong_counts"),
    *("sent_twice", "never_sent", "sent_for_nothing", "sent_elsewhere"),
)
_OUTBOX = """
    SELECT u.entra_id, o.state, o.activity_id, o.due_at FROM outbox o
    JOIN users u ON u.tenant_id = o.tenant_id AND u.id = o.user_id WHERE o.kind <> 'update'
"""


class WrongRow(NamedTuple):
    """An interaction that is held and should not be, or the other way round."""

    kind: str
    user_id: str
    at: int
    key: Any
    """The source's digest of one that is held, the name in `tests/ledger.py` of one that is not."""


@dataclass
class Account:
    """The differences found, of which there must be none; `unknown` counts sends that may or may not have arrived."""

    lost: int = 0
    doubled: int = 0
    invented: int = 0
    wrong_tenant: int = 0
    wrong_counts: int = 0
    sent_twice: int = 0
    never_sent: int = 0
    sent_for_nothing: int = 0
    sent_elsewhere: int = 0
    unknown: int = 0
    held: int = 0
    said: int = 0
    examples: list[Any] = field(default_factory=list)
    rows: list[WrongRow] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything is as it should be."""
        return not any(getattr(self, name) for name in WRONG)

    def describe(self) -> str:
        """Say what went wrong, what was checked, and the first examples."""
        wrong = {name.replace("_", " "): getattr(self, name) for name in WRONG}
        lines = [
            ", ".join(f"{name}: {count}" for name, count in wrong.items()),
            f"{self.held} interactions held, {self.said} things told, {self.unknown} sends of unknown outcome",
        ]
        return "\n".join([*lines, *map(str, self.examples)])


settled: list[Account] = []
"""The comparisons made in this process, by which `tests/books.py` sees that a test made one."""


async def balance(database: Database, microsoft: Microsoft, now: int, **rules: Any) -> Account:
    """Compare everything once all work is done; raises `AssertionError` for any difference."""
    account = await settle_accounts(database, microsoft, now, **rules)
    _sign(account)
    return account


async def settle_accounts(
    database: Database,
    microsoft: Microsoft,
    now: int,
    *,
    rule: str = "outreach",
    keeps: Callable[[Any], bool] = lambda _fact: True,
) -> Account:
    """Compare tenant by tenant; `keeps` selects the facts that a firm keeps."""
    account = Account()
    tenants = {row[1]: row[0] for row in await _query(database, SYSTEM, "SELECT tenant_id, entra_id FROM tenants")}
    shown = 0
    for firm in microsoft.firms:
        found = Ledger()
        if (number := tenants.get(firm.tenant_id)) is not None:

            async def query(sql: str, number: int = number, **values: Any) -> list[Any]:
                return await _query(database, number, sql, **values)

            found = await read_ledger(query, firm.tenant_id)
            account.doubled += await _count_doubled(query, number)
            shown += await _count_rows(query, number)
        owners = {person.id: person.name for person in firm.directory.people.values()}
        mails, meetings = (filter(keeps, facts) for facts in (firm.truth.list_mail(), firm.truth.list_meetings()))
        colleagues = {one: person.id for person in firm.directory.people.values() for one in person.addresses}
        said = {"owners": owners, "colleagues": colleagues, "decisions": found.decisions}
        _compare(account, found, make_ledger(mails, meetings, firm.domains, now, rule, **said), firm)
    account.held = (await _query(database, SYSTEM, "SELECT count(*) FROM interactions"))[0][0]
    account.wrong_tenant += account.held - shown
    compare_messages(account, await _query(database, SYSTEM, _OUTBOX), microsoft.connector.sent, now)
    return account


def _compare(account: Account, found: Ledger, wanted: Ledger, firm: Firm) -> None:
    """Name each difference: missing, there twice, never happened, or of another firm."""
    ours, theirs = (Counter(row[:5] for row in ledger.interactions) for ledger in (found, wanted))
    people = set(firm.directory.people)
    for row, count in sorted((ours - theirs).items(), key=str):
        kind = "doubled" if row in theirs else "invented" if row[0] in people else "wrong_tenant"
        _note(account, kind, row, count)
        account.rows += _name_rows(kind, row, found)
    for row, count in sorted((theirs - ours).items(), key=str):
        _note(account, "lost", row, count)
        account.rows += _name_rows("lost", row, wanted)
    for name in ("relationships", "company_relationships", "contacts", "companies"):
        held, due = getattr(found, name), getattr(wanted, name)
        for key in held | due:
            if held.get(key) != due.get(key):
                _note(account, "wrong_counts", (name, key, held.get(key), due.get(key)))


def _name_rows(kind: str, row: Any, ledger: Ledger) -> list[WrongRow]:
    return [WrongRow(kind, one[0], one[2], one[5]) for one in ledger.interactions if one[:5] == row]


def _note(account: Account, kind: str, example: Any, count: int = 1) -> None:
    setattr(account, kind, getattr(account, kind) + count)
    if sum(1 for other, _ in account.examples if other == kind) < 3:
        account.examples.append((kind, example))


async def _count_rows(query: Any, tenant_id: int) -> int:
    return (await query(f"SELECT count(*) FROM interactions WHERE tenant_id = {tenant_id:d}"))[0][0]


async def _count_doubled(query: Any, tenant_id: int) -> int:
    """Count sources that a mailbox holds twice, in two parts of the table, say."""
    where = f"WHERE tenant_id = {tenant_id:d}"
    rows = await query(f"SELECT count(*) FROM interactions {where} GROUP BY user_id, source_digest HAVING count(*) > 1")
    return sum(row[0] - 1 for row in rows)


def balance_messages(outbox: Iterable[Any], sent: list[Sent], now: int) -> None:
    """Compare chats only, in a test without mailboxes; raises `AssertionError`."""
    account = Account()
    compare_messages(account, outbox, sent, now)
    _sign(account)


def balance_replies(sent: list[Sent], invented: int) -> None:
    """Check that each activity was answered once and that no interaction was recorded."""
    account = Account(invented=invented)
    _find_doubles(account, find_answered_twice(sent))
    _sign(account)


def _sign(account: Account) -> None:
    settled.append(account)
    assert account.is_clean, account.describe()


def compare_messages(account: Account, outbox: Iterable[Any], sent: list[Sent], now: int) -> None:
    """Compare rows (person, state, message, due) with what reached people: none twice, lost, untrue or astray."""
    told = {one.activity["id"]: one for one in sent if is_notice(one)}
    rest = Counter(_name_user(one) for one in told.values())
    said = set()
    for person, state, activity_id, due_at in outbox:
        if state == "sent" and activity_id not in told:
            _note(account, "never_sent", (person, activity_id))
        elif state == "sent" and _name_user(told[activity_id]) != person:
            _note(account, "sent_elsewhere", (person, activity_id))
        elif state == "sending" or (state == "pending" and due_at <= now):
            _note(account, "never_sent", (person, state))
        if state == "sent" and activity_id in told and activity_id not in said:
            said.add(activity_id)
            rest[_name_user(told[activity_id])] -= 1
        if state == "unknown":
            account.unknown += 1
            rest[person] -= 1
    for person, count in (+rest).items():
        untrue = [
            one.activity.get("summary") for key, one in told.items() if key not in said and _name_user(one) == person
        ]
        _note(account, "sent_for_nothing", (person, untrue), count)
    account.said = sum(len(set(_list_facts(one.activity))) for one in told.values())
    _find_doubles(account, find_told_twice(sent) | find_answered_twice(sent))


def _find_doubles(account: Account, doubles: dict[tuple[str, str], list[float]]) -> None:
    for key, times in doubles.items():
        _note(account, "sent_twice", (key, times), len(times) - 1)


def is_notice(one: Sent) -> bool:
    """Whether this was said unasked: it rings, and a greeting does not."""
    return is_message(one) and "notification" in (one.activity.get("channelData") or {})


def is_message(one: Sent) -> bool:
    """Whether this put something new before somebody."""
    return one.kind == "sent" and one.activity.get("type") == "message"


def _name_user(one: Sent) -> str:
    return (one.user or {}).get("id", "")


def find_told_twice(sent: Iterable[Sent]) -> dict[tuple[str, str], list[float]]:
    """Give, by conversation and fact, when it was told where that was more than once: each is new only once."""
    told: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in sent:
        if is_notice(one):
            for fact in set(_list_facts(one.activity)):
                told[one.conversation_id, fact].append(one.at)
    return {key: times for key, times in told.items() if len(times) > 1}


def find_answered_twice(sent: Iterable[Sent]) -> dict[tuple[str, str], list[float]]:
    """Give, by conversation and activity, when it was answered where that was more than once; a greeting counts."""
    answered: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in sent:
        if is_message(one) and not is_notice(one):
            answered[one.conversation_id, one.activity.get("replyToId") or "greeting"].append(one.at)
    return {key: times for key, times in answered.items() if len(times) > 1}


def _list_facts(activity: dict[str, Any]) -> list[str]:
    """Name what a notice is about: the rows' verbs carry the numbers of contacts and companies.

    A company that goes from one partner to another is news each time: `Partner: Anne → Bob` stands on its row.
    """
    facts: list[str] = []

    def walk(node: Any, moved: str = "") -> None:
        if isinstance(node, dict):
            moved = _find_move(node) if "selectAction" in node else moved
            data = node.get("data") if isinstance(node.get("data"), dict) else {}
            if node.get("verb") == "contact.open" and "contact_id" in data:
                facts.append(f"contact {data['contact_id']}")
            if node.get("verb") in ("company.set_type", "company.open") and "company_id" in data:
                facts.append(f"company {data['company_id']}{moved}")
            for value in node.values():
                walk(value, moved)
        elif isinstance(node, list):
            for value in node:
                walk(value, moved)

    walk(activity.get("attachments"))
    return facts


def _find_move(row: dict[str, Any]) -> str:
    texts = re.findall(r'"text": "([^"]*→[^"]*)"', json.dumps(row, ensure_ascii=False))
    return f" {texts[0]}" if texts else ""


async def _query(database: Database, tenancy: Any, sql: str, **values: Any) -> list[Any]:
    async with database.reading(tenancy) as connection:
        return [tuple(row) for row in await connection.execute(text(sql), values)]
