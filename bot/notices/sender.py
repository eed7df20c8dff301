"""The loop that sends notices: claim those that are due, draw one card for each group, and record the outcome."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from bot.failpoints import reach
from bot.language import choose_language
from bot.loops import finish, repeat, waking
from bot.metrics import NOTICE_SECONDS, NOTICES
from bot.notices.drawing import Drawn, Ready, draw, draw_again
from bot.notices.messenger import Installer, Messenger, Sent
from bot.notices.pace import find_day_start
from bot.notices.plan import Plan, make_plan
from bot.traces import span
from bot.turn import Reader
from storage.engine.connection import Connection
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.messages.notice_data import NoticeRecipient, get_first_sync_result, get_notice_recipients
from storage.messages.notice_history import count_messages_by_group, list_rows_of
from storage.messages.notice_preferences import NoticePreferences, read_notice_preferences
from storage.messages.outbox import (
    ClaimedNotice,
    claim_notices,
    get_next_due_at,
    list_due_people,
    mark_stuck_unknown,
    postpone,
    set_sent,
    set_state,
)

log = structlog.get_logger(__name__)

AT_ONCE = 16
"""People spoken to at once in one process."""
LONGEST_PAUSE = 30.0
MOST_ATTEMPTS = 12
LONGEST_WAIT = 3600
CHAT_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.5)
"""Seconds between the first questions after an installation whether Teams has told us where the chat is."""
PATIENCE = 0.5
"""Seconds for which the others wait for those to whom it takes long."""
GRACE = 20.0
"""Seconds that messages on their way have when the sender is stopped."""
INSTALL_SECONDS = 30
SYNC_SECONDS = 15


class Sender:
    """Says what is due until cancelled; any number of processes may run one."""

    def __init__(
        self,
        database: Database,
        messenger: Messenger,
        *,
        clock: Callable[[], float],
        default: NoticePreferences | None = None,
        installer: Installer | None = None,
        chat_pauses: Sequence[float] = CHAT_PAUSES,
        patience: float = PATIENCE,
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._clock = clock
        self._default = default or NoticePreferences()
        self._installer = installer
        self._chat_pauses = chat_pauses
        self._patience = patience
        self._hands: dict[asyncio.Task[None], tuple[int, int]] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Say notices until `stopping` is set; what is in hand is finished first."""
        await repeat("notices", self.work, stopping, waking(self._database, "outbox"))
        await finish(list(self._hands), GRACE)

    async def work(self) -> float:
        """Say what is due to some people; returns the seconds until there is more to say.

        Those to whom it takes long are left in hand, and hold nobody else up.
        """
        async with self._database.reading(SYSTEM) as connection:
            due = await list_due_people(connection, self._now(), AT_ONCE + len(self._hands))
        people = [person for person in due if person not in self._hands.values()][: AT_ONCE - len(self._hands)]
        self._hands |= {asyncio.create_task(self._speak_safely(*person)): person for person in people}
        if self._hands:
            done, _ = await asyncio.wait(self._hands, timeout=self._patience)
            self._hands = {task: person for task, person in self._hands.items() if task not in done}
            for task in done:
                task.result()
        return 0 if people else min(await self._find_pause(), self._patience if self._hands else LONGEST_PAUSE)

    def _now(self) -> int:
        return int(self._clock())

    async def _find_pause(self) -> float:
        """Look, when there is nothing else to do, for what a sender that died has left."""
        async with self._database.writing(SYSTEM) as connection:
            if stuck := await mark_stuck_unknown(connection, self._now()):
                log.warning("notices_unknown", rows=stuck)
            next_due_at = await get_next_due_at(connection)
        if next_due_at is None:
            return LONGEST_PAUSE
        return min(LONGEST_PAUSE, max(0.02, next_due_at - self._clock()))

    async def _speak_safely(self, tenant_id: int, user_id: int) -> None:
        """Speak to one person; what cannot be drawn is tried again later, and does not hold up the others."""
        try:
            await self._speak(tenant_id, user_id)
        except Exception:
            log.exception("notices_not_drawn", tenant=tenant_id, user=user_id)
            async with self._database.writing(tenant_id) as connection:
                rows = await claim_notices(connection, tenant_id, user_id, self._now())
                await self._leave_for_later(connection, tenant_id, rows, 0, "not_drawn")

    async def _speak(self, tenant_id: int, user_id: int) -> None:
        async with self._database.writing(tenant_id) as connection:
            ready = await self._prepare(connection, tenant_id, user_id)
        for message in ready:
            reach("notice_marked")
            with span("notice", rows=len(message.ids)):
                await self._say(tenant_id, user_id, message)

    async def _prepare(self, connection: Connection, tenant_id: int, user_id: int) -> list[Ready]:
        """Decide what becomes of the due rows; those to be said now are drawn, and `sending` when this commits."""
        now = self._now()
        rows = await claim_notices(connection, tenant_id, user_id, now)
        if not rows:
            return []
        recipient = (await get_notice_recipients(connection, tenant_id, [user_id])).get(user_id)
        if recipient is None:
            await self._drop(connection, tenant_id, [row.id for row in rows], "left")
            return []
        preferences = read_notice_preferences(self._default, *recipient.settings)
        said = await count_messages_by_group(connection, tenant_id, user_id, find_day_start(now, recipient.timezone))
        plan = make_plan(rows, preferences, recipient.timezone, now, said, is_paused=recipient.is_paused)
        await self._put_off(connection, tenant_id, plan)
        ready = await self._draw(connection, recipient, plan)
        await set_state(connection, tenant_id, [number for one in ready for number in one.ids], "sending", now=now)
        return ready

    async def _put_off(self, connection: Connection, tenant_id: int, plan: Plan) -> None:
        await self._drop(connection, tenant_id, plan.muted, "muted")
        await self._drop(connection, tenant_id, plan.superseded, "superseded")
        for due_at, group_key, ids in plan.postponed:
            await postpone(connection, tenant_id, ids, due_at, group_key=group_key)

    async def _draw(self, connection: Connection, recipient: NoticeRecipient, plan: Plan) -> list[Ready]:
        tenant_id = recipient.viewer.tenant_id
        language = choose_language(recipient.language)
        reader = Reader(language, self._now(), recipient.timezone, locale=recipient.language)
        ready: list[Ready] = []
        for row in plan.updates:
            said = await list_rows_of(connection, tenant_id, recipient.viewer.user_id, row.payload["activity_id"])
            drawn = await draw_again(connection, recipient, reader, said, row.payload) if said else None
            if drawn is None:
                await self._drop(connection, tenant_id, [row.id], "nothing_to_say")
            else:
                ready.append(Ready(said, drawn, row))
        for rows in plan.messages:
            if rows[0].kind == "summary" and not await self._is_sync_over(connection, recipient, rows):
                continue
            drawn = await draw(connection, recipient, reader, rows)
            if drawn is None:
                await self._drop(connection, tenant_id, [row.id for row in rows], "nothing_to_say")
            else:
                ready.append(Ready(rows, drawn))
        return ready

    async def _is_sync_over(
        self, connection: Connection, recipient: NoticeRecipient, rows: Sequence[ClaimedNotice]
    ) -> bool:
        """Return whether the first sync has come to its end; where it has not, its summary is looked at again later."""
        found = await get_first_sync_result(connection, recipient.viewer)
        ids = [row.id for row in rows]
        if found.state in ("stopped", "skipped", "forbidden"):
            await self._drop(connection, recipient.viewer.tenant_id, ids, found.state)
        elif not found.is_over:
            age = self._now() - rows[0].created_at
            again_at = self._now() + max(SYNC_SECONDS, min(LONGEST_WAIT, age // 4))
            await postpone(connection, recipient.viewer.tenant_id, ids, again_at)
        return found.is_over

    async def _say(self, tenant_id: int, user_id: int, message: Ready) -> None:
        drawn, update = message.drawn, message.update
        if update is None:
            sent = await self._messenger.send(tenant_id, user_id, drawn.card, drawn.summary)
        else:
            place = (update.payload["conversation_id"], update.payload["activity_id"])
            sent = await self._messenger.update(tenant_id, *place, drawn.card, drawn.summary)
        if sent.outcome == "unmet" and await self._install(tenant_id, user_id, message):
            sent = await self._send_once_met(tenant_id, user_id, drawn)
        reach("notice_sent")
        async with self._database.writing(tenant_id) as connection:
            await self._record(connection, tenant_id, message, sent)

    async def _send_once_met(self, tenant_id: int, user_id: int, drawn: Drawn) -> Sent:
        """Send as soon as Teams has told us where the chat is, which it does before or after the installation ends."""
        for pause in self._chat_pauses:
            await asyncio.sleep(pause)
            sent = await self._messenger.send(tenant_id, user_id, drawn.card, drawn.summary)
            if sent.outcome != "unmet":
                return sent
        return Sent("later", retry_after=INSTALL_SECONDS, reason="installed")

    async def _install(self, tenant_id: int, user_id: int, message: Ready) -> bool:
        """Open a chat where the firm lets us; a summary alone is no reason to."""
        if self._installer is None or message.rows[0].kind == "summary":
            return False
        return await self._installer.install(tenant_id, user_id)

    async def _record(self, connection: Connection, tenant_id: int, message: Ready, sent: Sent) -> None:
        NOTICES.labels(sent.outcome).inc(len(message.ids))
        now = self._now()
        match sent.outcome:
            case "sent":
                ids = {"conversation_id": sent.conversation_id, "activity_id": sent.activity_id}
                await set_sent(connection, tenant_id, message.ids, **ids, now=now)
                if message.update is None:
                    NOTICE_SECONDS.observe(max(0.0, self._clock() - min(row.created_at for row in message.rows)))
            case "later":
                rows = [message.update] if message.update else message.rows
                await self._leave_for_later(connection, tenant_id, rows, sent.retry_after, sent.reason)
            case "unknown":
                await set_state(connection, tenant_id, message.ids, "unknown", now=now, reason=sent.reason)
            case "refused":
                await set_state(connection, tenant_id, message.ids, "failed", now=now, reason=sent.reason)
            case _:
                await self._drop(connection, tenant_id, message.ids, sent.reason or sent.outcome)

    async def _leave_for_later(
        self, connection: Connection, tenant_id: int, rows: Sequence[ClaimedNotice], seconds: float, reason: str
    ) -> None:
        """Try again after the time that was named, or a growing one; what never gets through has failed."""
        over = [row.id for row in rows if row.attempts >= MOST_ATTEMPTS]
        await set_state(connection, tenant_id, over, "failed", now=self._now(), reason=reason)
        for row in rows:
            if row.attempts < MOST_ATTEMPTS:
                wait = seconds or min(LONGEST_WAIT, 5 * 2**row.attempts)
                due_at = int(self._clock() + wait) + 1
                await postpone(connection, tenant_id, [row.id], due_at, reason=reason, is_attempt=True)

    async def _drop(self, connection: Connection, tenant_id: int, ids: Sequence[int], reason: str) -> None:
        if ids:
            NOTICES.labels("dropped").inc(len(ids))
            await set_state(connection, tenant_id, ids, "dropped", now=self._now(), reason=reason)
