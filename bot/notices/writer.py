"""Writing notices: rows of the outbox, in the transaction of what they tell of."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.notices.pace import choose_due_at
from bot.notices.plan import DIGEST, MOVED_KINDS, PARTNER_KINDS, STATUS, TYPE_KINDS, UPDATE, is_digested
from bot.turn import Notice
from storage.engine.connection import Connection
from storage.history.page import Applied
from storage.messages.notice_data import NoticeRecipient, get_notice_recipients, get_partners, list_concerned
from storage.messages.notice_history import (
    Message,
    has_notice,
    hold_pending_updates,
    list_messages_about,
    list_notified,
)
from storage.messages.notice_preferences import NoticePreferences, read_notice_preferences
from storage.messages.outbox import NewNotice, add_notices, delete_pending, set_payload
from storage.queue.directory import list_admins

SUMMARY_AFTER = 5
"""Seconds after which it is first looked whether a first sync is over."""
OWN_ADDRESS = "own_address"
"""The kind of notice that asks whether an address is the reader's own."""
_BACK = frozenset({"taken_back", "retyped_back"})
"""The kinds that say that something was taken back."""
MET = "met"
"""The group of new contacts and companies: what one thread brings is one card."""


class Notices:
    """Writes what is to be said; `clock` gives UTC seconds, `default` is how people want notices unless they say."""

    def __init__(self, clock: Callable[[], float], default: NoticePreferences | None = None) -> None:
        self.clock = clock
        self.default = default or NoticePreferences()

    async def on_applied(
        self,
        connection: Connection,
        tenant_id: int,
        user_id: int,
        applied: Applied,
        is_first_sync: bool,  # noqa: FBT001  # the sync's shape
    ) -> None:
        """Write the notices of an applied page (the sync's `OnApplied`); a first sync gets one summary.

        Users who know a company, and its partner, are notified of new contacts there; the user of the mailbox is asked
        what a new company is. Nobody is notified twice of what became new again after its only meeting was cancelled.
        """
        if applied.own_addresses:
            await self._tell_of_own(connection, tenant_id, user_id, applied.own_addresses)
        if is_first_sync:
            await self._announce_summary(connection, tenant_id, user_id)
            return
        if not applied.new_contact_ids and not applied.new_company_ids:
            return
        concerned = await list_concerned(connection, tenant_id, applied.new_contact_ids, set(applied.new_company_ids))
        told: dict[int, list[tuple[str, int]]] = {
            recipient: [("contact", contact_id) for contact_id in sorted(ids)] for recipient, ids in concerned.items()
        }
        if applied.new_company_ids:
            told.setdefault(user_id, []).extend(("company", number) for number in applied.new_company_ids)
        recipients = await get_notice_recipients(connection, tenant_id, told)
        before = await _list_told(connection, tenant_id, applied)
        rows = [
            row
            for number, recipient in recipients.items()
            for row in self._tell(recipient, told[number], user_id)
            if (row.kind, number, row.entity_id) not in before
        ]
        await add_notices(connection, tenant_id, rows, int(self.clock()))

    async def add(self, connection: Connection, tenant_id: int, notices: Iterable[Notice]) -> None:
        """Write the notices of a command's reply, in the turn's transaction.

        Kinds: `partner` {"company_id", "by", "was", "is"}: you were made partner (all three are users); `replaced`: you
        are no longer; `taken_back`: that change was undone, which whoever had not heard of it yet never hears of;
        `view` {"view_id", "by"}: a view was shared with you; `answered` {"company_id", "is_on_card", "was", "is"}:
        somebody (`user_id`) said what the company is: cards that asked are drawn again, but for the answerer's own
        where the answer was given on the card itself. Of that the company's partner is told too (`retyped`, or
        `retyped_back` where it `is_undo`), unless it was they who said it.
        """
        notices = list(notices)
        notices += await self._list_retyped(connection, tenant_id, notices)
        given = [notice for notice in notices if await self._is_to_be_said(connection, tenant_id, notice)]
        spoken = [notice for notice in given if notice.kind != "answered"]
        recipients = await get_notice_recipients(connection, tenant_id, {notice.user_id for notice in spoken})
        rows = [
            row
            for notice in spoken
            if notice.user_id in recipients
            for row in self._write(recipients[notice.user_id], notice.kind, notice.payload)
        ]
        rows += await self._redraw(connection, tenant_id, [notice for notice in given if notice.kind == "answered"])
        await add_notices(connection, tenant_id, rows, int(self.clock()))

    async def _is_to_be_said(self, connection: Connection, tenant_id: int, notice: Notice) -> bool:
        """Drop what was not said yet and was taken back since; whoever heard of it hears of that too."""
        if notice.kind not in _BACK:
            return True
        kinds = PARTNER_KINDS if notice.kind in PARTNER_KINDS else TYPE_KINDS
        company_id, now = notice.payload["company_id"], int(self.clock())
        await delete_pending(connection, tenant_id, notice.user_id, kinds, company_id, now=now)
        told = [await list_notified(connection, tenant_id, kind, [company_id]) for kind in sorted(kinds)]
        return any((notice.user_id, company_id) in one for one in told)

    async def _list_retyped(self, connection: Connection, tenant_id: int, given: Sequence[Notice]) -> list[Notice]:
        """Give what the partners of companies are to be told, whose type somebody else changed."""
        answers = [notice for notice in given if notice.kind == "answered"]
        heard = {(notice.user_id, notice.payload["company_id"]) for notice in given if notice.kind in PARTNER_KINDS}
        partners = await get_partners(connection, tenant_id, [notice.payload["company_id"] for notice in answers])
        told = []
        for notice in answers:
            number = notice.payload["company_id"]
            partner_id = partners.get(number)
            if partner_id not in (None, notice.user_id) and (partner_id, number) not in heard:
                kind = "retyped_back" if notice.payload.get("is_undo") else "retyped"
                told.append(Notice(partner_id, kind, {**notice.payload, "by": notice.user_id}))
        return told

    async def on_tenant_state(self, connection: Connection, tenant_id: int, state: str) -> None:
        """Tell the administrators once that the firm keeps us out (the directory's `OnTenantState`)."""
        if state != "active":
            at = int(self.clock())
            admins = await list_admins(connection, tenant_id)
            await add_notices(
                connection, tenant_id, [NewNotice(number, STATUS, at, group_key=STATUS) for number in admins], at
            )

    def _tell(self, recipient: NoticeRecipient, told: Sequence[tuple[str, int]], met_by: int) -> Iterator[NewNotice]:
        preferences = read_notice_preferences(self.default, *recipient.settings)
        due_at = choose_due_at(self.clock(), preferences, recipient.timezone)
        for kind, number in told:
            if not preferences.is_muted(kind):
                group_key = DIGEST if preferences.is_digest else MET
                yield NewNotice(recipient.viewer.user_id, kind, due_at, number, group_key, {"by": met_by})

    def _write(self, recipient: NoticeRecipient, kind: str, payload: Mapping[str, Any]) -> Iterator[NewNotice]:
        preferences = read_notice_preferences(self.default, *recipient.settings)
        if not preferences.is_muted(kind):
            due_at = choose_due_at(self.clock(), preferences, recipient.timezone)
            number = payload["company_id"] if kind in MOVED_KINDS else payload["view_id"]
            group_key = f"{kind}:{payload['by']}"
            if preferences.is_digest and is_digested(kind):
                group_key = DIGEST
            kept = {key: payload[key] for key in ("by", "was", "is") if key in payload}
            yield NewNotice(recipient.viewer.user_id, kind, due_at, number, group_key, kept)

    async def _redraw(self, connection: Connection, tenant_id: int, answers: Sequence[Notice]) -> list[NewNotice]:
        """Return a row for each message that asked what a company is: one for several companies, with the last answer.

        A message that is about to be drawn again has its row, which says the last answer now.
        """
        updates: dict[tuple[int, str], NewNotice] = {}
        for notice in answers:
            for message in await list_messages_about(connection, tenant_id, "company", notice.payload["company_id"]):
                is_own = message.user_id == notice.user_id and notice.payload.get("is_on_card", False)
                if not is_own:
                    row = self._make_update(message, notice)
                    updates[row.user_id, row.group_key] = row
        held = await hold_pending_updates(connection, tenant_id, {user_id for user_id, _ in updates})
        for key in updates.keys() & held.keys():
            await set_payload(connection, tenant_id, held[key], updates.pop(key).payload)
        return list(updates.values())

    def _make_update(self, message: Message, answered: Notice) -> NewNotice:
        payload = {
            "conversation_id": message.conversation_id,
            "activity_id": message.activity_id,
            "by": answered.user_id,
            "was": answered.payload.get("was"),
        }
        return NewNotice(message.user_id, UPDATE, int(self.clock()), 0, message.activity_id[:128], payload)

    async def _tell_of_own(
        self, connection: Connection, tenant_id: int, user_id: int, addresses: Sequence[str]
    ) -> None:
        """Tell somebody, and nobody else, which addresses are taken for their own, each on a card of its own."""
        recipient = (await get_notice_recipients(connection, tenant_id, [user_id])).get(user_id)
        if recipient is None:
            return
        preferences = read_notice_preferences(self.default, *recipient.settings)
        due_at = choose_due_at(self.clock(), preferences, recipient.timezone)
        rows = [
            NewNotice(user_id, OWN_ADDRESS, due_at, 0, f"{OWN_ADDRESS}:{address}"[:128], {"address": address})
            for address in addresses
        ]
        await add_notices(connection, tenant_id, rows, int(self.clock()))

    async def _announce_summary(self, connection: Connection, tenant_id: int, user_id: int) -> None:
        if not await has_notice(connection, tenant_id, user_id, "summary"):
            at = int(self.clock())
            summary = NewNotice(user_id, "summary", at + SUMMARY_AFTER, group_key="summary")
            await add_notices(connection, tenant_id, [summary], at)


async def _list_told(connection: Connection, tenant_id: int, applied: Applied) -> set[tuple[str, int, int]]:
    """Return (kind, user, entity) of the notices that were written before of what is new on a page."""
    contacts = await list_notified(connection, tenant_id, "contact", applied.new_contact_ids)
    companies = await list_notified(connection, tenant_id, "company", applied.new_company_ids)
    return {("contact", *each) for each in contacts} | {("company", *each) for each in companies}
