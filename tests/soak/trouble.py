"""What happens during a soak: mail and meetings at an even pace, and Microsoft at its worst."""

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta

from bot.demo.microsoft import Microsoft
from bot.demo.world.firm import Firm
from bot.demo.world.people import Person

COMPANIES = 400


class Life:
    """Lets people write, meet, read and cancel, `rate` things a second over all firms."""

    def __init__(self, microsoft: Microsoft, chance: random.Random, rate: float) -> None:
        self._microsoft = microsoft
        self._chance = chance
        self._rate = rate
        self.count = 0

    async def go_on(self, seconds: float) -> None:
        """Live for a while; what could not be done in time is caught up with."""
        started = time.monotonic()
        while (elapsed := time.monotonic() - started) < seconds:
            while self.count_due(elapsed):
                self._do_something()
            await asyncio.sleep(0.02)

    def count_due(self, elapsed: float) -> bool:
        """Say whether the pace asks for one more thing."""
        if self.count >= elapsed * self._rate:
            return False
        self.count += 1
        return True

    def _do_something(self) -> None:
        chance, firm = self._chance, self._chance.choice(self._microsoft.firms)
        person = chance.choice(firm.list_people())
        match chance.random():
            case draw if draw < 0.45:
                firm.send_mail(
                    (person.name, person.address), to=self._choose_people(), cc=[self._choose_colleague(firm)]
                )
            case draw if draw < 0.75:
                firm.send_mail(self._choose_people(1)[0], to=[(person.name, person.address)])
            case draw if draw < 0.83:
                self._hold_meeting(firm, person)
            case draw if draw < 0.89:
                self._touch_mail(firm)
            case draw if draw < 0.93:
                self._file_mail(firm, person)
            case draw if draw < 0.95:
                self._trouble_subscription()
            case _:
                self._touch_meeting(firm)

    def _choose_people(self, most: int = 4) -> list[tuple[str, str]]:
        """Give people from outside; the same ones write to every firm."""
        numbers = [self._chance.randrange(COMPANIES) for _ in range(self._chance.randint(1, most))]
        return [(f"Person {number}", f"p{self._chance.randrange(3)}@company{number}.example") for number in numbers]

    def _choose_colleague(self, firm: Firm) -> tuple[str, str]:
        colleague = self._chance.choice(firm.list_people())
        return colleague.name, colleague.address

    def _hold_meeting(self, firm: Firm, person: Person) -> None:
        hours = self._chance.choice((-48, -20, -3, 5, 30, 200))  # none begins while the soak runs
        begins = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours)
        people = [self._choose_colleague(firm), *self._choose_people(3)]
        firm.schedule.hold((person.name, person.address), people, begins, begins + timedelta(hours=1))

    def _touch_mail(self, firm: Firm) -> None:
        if copies := firm.truth.copies:
            firm.set_read(self._chance.choice(copies[-2_000:]), is_read=self._chance.random() < 0.5)

    def _file_mail(self, firm: Firm, person: Person) -> None:
        """File what is new, as law firms do, often before anybody could have read it; or have a rule do it."""
        chance = self._chance
        recent = [copy for copy in firm.truth.copies[-40:] if copy.feed is not None]
        if chance.random() < 0.2:
            company = f"@company{chance.randrange(COMPANIES)}."
            firm.add_rule(
                person, lambda mail: mail.sender is not None and company in mail.sender.key, f"Clients/{company}"
            )
        elif recent:
            copy = chance.choice(recent)
            folder = f"Clients/Matter {chance.randrange(50)}"
            firm.copy(copy, folder) if chance.random() < 0.1 else firm.move(copy, folder)

    def _touch_meeting(self, firm: Firm) -> None:
        meetings = [copy.meeting for copy in firm.truth.events[-300:] if not copy.meeting.is_cancelled]
        if meetings:
            firm.schedule.cancel(self._chance.choice(meetings))

    def _trouble_subscription(self) -> None:
        """Let Graph say something of a subscription, or end it without a word."""
        microsoft, subscription = self._microsoft, self._chance.choice(self._microsoft.subscriptions.list_live())
        event = self._chance.choice(("missed", "reauthorizationRequired", "subscriptionRemoved", ""))
        if event:
            microsoft.notifications.send_lifecycle(event, [subscription])
        else:
            microsoft.subscriptions.drop(subscription.id)


def add_faults(microsoft: Microsoft) -> None:
    """Switch on all at once what Microsoft and the network do to us."""
    faults = microsoft.faults
    faults.add("lose", edge="notifications", share=0.2)
    faults.add("double", edge="notifications", share=0.1, times=2)
    faults.add("reorder", edge="notifications", share=0.1, window=20)
    faults.add("delay", edge="notifications", share=0.05, seconds=3)
    for form in ("seconds", "absent", "zero"):
        faults.add("throttle", share=0.004, form=form, seconds=2)
    for status in (500, 502, 503, 504):
        faults.add("status", share=0.004, status=status)
    for kind in ("reset", "cut", "half", "html", "empty_body", "bad_gzip"):
        faults.add(kind, share=0.002, path="delta")
    faults.add("gone", share=0.002)
    faults.add("status", share=0.001, status=401)
    faults.add("status", edge="login", share=0.05, status=503)
    faults.add("replay_pages", share=0.02)
    faults.add("throttle", edge="connector", share=0.02, retry_after=1)
    faults.add("status", edge="connector", share=0.01, status=503)
    faults.add("accepted_then_status", edge="connector", share=0.01, status=502)
    faults.add("accepted_then_reset", edge="connector", share=0.01)
