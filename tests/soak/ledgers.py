"""The end of a soak: what the store and the chats hold, against what really happened."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from bot.demo.connector import Sent
from bot.demo.microsoft import Microsoft
from storage.database import Database
from storage.rls import SYSTEM
from tests.ledger import Ledger, make_ledger
from tests.syncing import read_ledger

WRONG = ("lost", "doubled", "invented", "wrong_tenant", "sent_twice", "wrong_counts")


@dataclass
class Account:
    """What went wrong, which must be nothing; `unknown` are sends of which nobody can say whether they arrived."""

    lost: int = 0
    doubled: int = 0
    invented: int = 0
    wrong_tenant: int = 0
    sent_twice: int = 0
    wrong_counts: int = 0
    unknown: int = 0
    held: int = 0
    said: int = 0
    examples: list[Any] = field(default_factory=list)

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


async def settle_accounts(database: Database, microsoft: Microsoft, now: int) -> Account:
    """Compare tenant by tenant: row-level security shows one tenant's rows alone, whoever wrote them."""
    account = Account()
    tenants = {row[1]: row[0] for row in await _query(database, SYSTEM, "SELECT tenant_id, entra_id FROM tenants")}
    shown = 0
    for firm in microsoft.firms:
        number = tenants[firm.tenant_id]

        async def query(sql: str, number: int = number, **values: Any) -> list[Any]:
            return await _query(database, number, sql, **values)

        found = await read_ledger(query)
        wanted = make_ledger(firm.truth.list_mail(), firm.truth.list_meetings(), firm.domains, now, "outreach")
        _compare(account, found, wanted)
        shown += len(await query("SELECT source_digest FROM interactions"))
        account.doubled += await _count_doubled(query)
    total = (await _query(database, SYSTEM, "SELECT count(*) FROM interactions"))[0][0]
    account.wrong_tenant += total - shown
    account.held = total
    _count_sent(account, microsoft)
    account.unknown = (await _query(database, SYSTEM, "SELECT count(*) FROM outbox WHERE state = 'unknown'"))[0][0]
    return account


def _compare(account: Account, found: Ledger, wanted: Ledger) -> None:
    ours, theirs = (Counter(row[:5] for row in ledger.interactions) for ledger in (found, wanted))
    lost, invented = theirs - ours, ours - theirs
    account.lost += lost.total()
    account.invented += invented.total()
    account.examples += [("lost", one) for one in sorted(lost, key=str)[:3]]
    account.examples += [("invented", one) for one in sorted(invented, key=str)[:3]]
    for name in ("relationships", "company_relationships", "contacts", "companies"):
        held, due = getattr(found, name), getattr(wanted, name)
        wrong = [key for key in held | due if held.get(key) != due.get(key)]
        account.wrong_counts += len(wrong)
        account.examples += [(name, key, held.get(key), due.get(key)) for key in wrong[:2]]


async def _count_doubled(query: Any) -> int:
    """Count sources that a mailbox holds twice, in two parts of the table, say."""
    rows = await query("SELECT count(*) FROM interactions GROUP BY user_id, source_digest HAVING count(*) > 1")
    return sum(row[0] - 1 for row in rows)


def _count_sent(account: Account, microsoft: Microsoft) -> None:
    sent = microsoft.connector.sent
    account.said = sum(len(set(_list_facts(one.activity))) for one in sent if one.kind == "sent")
    twice = find_told_twice(sent)
    account.sent_twice = sum(len(times) - 1 for times in twice.values())
    account.examples += [("sent twice", *key, times) for key, times in list(twice.items())[:3]]


def find_told_twice(sent: Iterable[Sent]) -> dict[tuple[str, str], list[float]]:
    """Give, by conversation and fact, when it was told where that was more than once: each is new only once."""
    told: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in sent:
        if one.kind == "sent":
            for fact in set(_list_facts(one.activity)):
                told[one.conversation_id, fact].append(one.at)
    return {key: times for key, times in told.items() if len(times) > 1}


def _list_facts(activity: dict[str, Any]) -> list[str]:
    """Name what a notice is about: the rows' verbs carry the numbers of contacts and companies."""
    facts: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            data = node.get("data") if isinstance(node.get("data"), dict) else {}
            if node.get("verb") == "contact.open" and "contact_id" in data:
                facts.append(f"contact {data['contact_id']}")
            if node.get("verb") in ("company.set_type", "company.open") and "company_id" in data:
                facts.append(f"company {data['company_id']}")
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(activity.get("attachments"))
    return facts


async def _query(database: Database, tenancy: Any, sql: str, **values: Any) -> list[Any]:
    async with database.writing(tenancy) as connection:
        return [tuple(row) for row in await connection.execute(text(sql), values)]
