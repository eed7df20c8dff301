"""The invented firm of the demo: two years of mail and meetings, the same on every run but for today's date."""

import functools
import random
import tomllib
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from bot.demo.world.addresses import Pair
from bot.demo.world.firm import Firm, format_time
from bot.demo.world.mail import Mail

_HISTORY = 700
"""Days."""
_CROWD = 60


class Seed(NamedTuple):
    """What people have decided about one company: its type, and who is responsible for it."""

    domain: str
    type: str | None
    partner: str
    """An address of the firm; empty for nobody."""


@functools.cache
def _read() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "invented.toml").read_text(encoding="utf-8"))


def list_seeds() -> list[Seed]:
    """Return the company types and partners that the demo sets once the first sync is over."""
    companies = [company for company in _read()["companies"] if company.get("type") or company.get("partner")]
    return [
        Seed(each["domain"], each.get("type"), _address(each["partner"]) if each.get("partner") else "")
        for each in companies
    ]


def invent_firm(*, clock: Callable[[], float], born_at: float) -> Firm:
    """Make the invented firm as it stands at `born_at` (UTC seconds)."""
    given = _read()
    firm = Firm(*given["domains"], name=given["name"], clock=clock)
    for person in given["people"]:
        firm.add_person(_address(person["name"]), person["name"], language=person["language"], title=person["title"])
    writer = _Writer(firm, born_at)
    for company in given["companies"]:
        writer.write_company(company)
    for person in given["people_on_free_mail"]:
        writer.exchange([(person["name"], person["address"])], person)
    for stranger in given["strangers"]:
        writer.write_in(stranger, [_address(name) for name in stranger["to"]])
    for machine in given["machines"]:
        writer.write_in(machine, [person.address for person in firm.list_people()[::3]])
    writer.write_crowd(given["companies"])
    writer.hold_special_meetings()
    writer.finish()
    return firm


class _Writer:
    """Writes a plausible correspondence, oldest mail first."""

    def __init__(self, firm: Firm, born_at: float) -> None:
        self._firm = firm
        self._random = random.Random(2027)  # the same firm every time
        self._now = datetime.fromtimestamp(born_at, UTC)
        self._mails: list[Mail] = []

    def write_company(self, company: dict[str, Any]) -> None:
        """Exchange mail with a company's contacts, and meet them."""
        contacts = [_read_contact(text, company["domain"]) for text in company["contacts"]]
        self.exchange(contacts, company)
        for number in range(company.get("meetings", 0)):
            days = 30 * number - 10 if number else -5
            self._hold(company["team"], contacts, days=days, subject=f"{company['name']}: point")

    def exchange(self, contacts: list[Pair], company: dict[str, Any]) -> None:
        """Exchange mail: the firm writes first, and most mails are answered."""
        count, last = company["mails"], company["last"]
        ages = sorted((self._random.uniform(last, _HISTORY) for _ in range(count - 1)), reverse=True)
        for number, age in enumerate([*ages, float(last)]):
            person = self._pair(self._random.choice(company["team"]))
            contact = contacts[number % len(contacts)]
            others = [each for each in contacts if each != contact and self._random.random() < 0.3]  # noqa: PLR2004
            colleagues = [self._pair(name) for name in company["team"] if self._random.random() < 0.3]  # noqa: PLR2004
            is_answer = number % 3 == 1
            sender, to = (contact, person) if is_answer else (person, contact)
            cc = [pair for pair in (*others, *colleagues) if pair not in (sender, to)]
            self._write(sender, [to], cc, age=age, subject=self._pick_subject(person))

    def write_in(self, given: dict[str, Any], recipients: list[str]) -> None:
        """Send a mail to the firm that is not answered."""
        for number, address in enumerate(recipients):
            self._write(
                (given["name"], given["address"]),
                [("", address)],
                age=3 + 17 * number,
                subject=given["subject"],
                headers=given.get("headers"),
            )

    def write_crowd(self, companies: list[dict[str, Any]]) -> None:
        """Send one mail to so many that it says nothing of who knows whom."""
        crowd = [(f"Guest {number}", f"guest{number}@conference.example") for number in range(_CROWD)]
        known = [_read_contact(company["contacts"][0], company["domain"]) for company in companies[:5]]
        self._write(self._pair("grace.whitcombe"), [*crowd, *known], age=90, subject="Save the date: our conference")

    def hold_special_meetings(self) -> None:
        """Hold one meeting for each rule: private, declined, cancelled, recurring, crowded, in a room."""
        schedule, firm = self._firm.schedule, self._firm
        doctor = ("Dr Evariste Pommier", "cabinet@pommier-medecin.example")
        self._hold(["anne.martin"], [doctor], days=20, subject="Rendez-vous", sensitivity="private")
        declined = self._hold(["david.okafor"], [("Cold Caller", "caller@cold-pitch.example")], days=15, is_theirs=True)
        david = firm.get_person(_address("david.okafor"))
        if david is not None:
            schedule.respond(david, declined, "declined", keeps=True)
        schedule.cancel(
            self._hold(["hugo.pryce"], [("Ines Farrow", "ines@farrow-events.example")], days=25, is_theirs=True)
        )
        crowd = [(f"Delegate {number}", f"delegate{number}@summit.example") for number in range(40)]
        self._hold(["grace.whitcombe"], crowd, days=45, subject="Panel: cross-border deals")
        start = self._now.replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=180)
        schedule.hold_series(
            self._pair("anne.martin"),
            [self._pair("inès.benali"), ("Sébastien Ferrand", "sebastien.ferrand@acme.example")],
            start,
            start + timedelta(minutes=30),
            every=timedelta(weeks=2),
            count=20,
            is_old=True,
            subject="Acme : point de quinzaine",
        )

    def finish(self) -> None:
        """Deliver everything, oldest first."""
        for mail in sorted(self._mails, key=lambda mail: mail.sent_at or ""):
            self._firm.deliver(mail, is_old=True)
        for copy in self._firm.truth.copies:
            copy.is_read = True

    def _write(
        self,
        sender: Pair,
        to: list[Pair],
        cc: list[Pair] | None = None,
        *,
        age: float,
        subject: str,
        headers: dict[str, str] | None = None,
    ) -> None:
        addresses, number = self._firm.addresses, len(self._mails)
        self._mails.append(
            Mail(
                message_id=f"<demo-{number}@{sender[1].rpartition('@')[2]}>",
                sent_at=format_time(self._now - timedelta(days=age)),
                sender=addresses.get(*sender),
                to=addresses.get_all(to),
                cc=addresses.get_all(cc or []),
                subject=subject,
                headers=tuple((headers or {}).items()),
            )
        )

    def _hold(
        self, team: list[str], guests: list[Pair], *, days: int, is_theirs: bool = False, **properties: Any
    ) -> Any:
        """Hold an hour's meeting so many days ago (in the future where negative), in the firm's room."""
        start = self._now.replace(hour=14, minute=0, second=0, microsecond=0) - timedelta(days=days)
        pairs = [self._pair(name) for name in team]
        organizer = guests[0] if is_theirs else pairs[0]
        attendees = [pair for pair in (*pairs, *guests) if pair != organizer]
        rooms = [] if is_theirs else [("Salle Seine", f"salle.seine@{self._firm.domains[0]}")]
        return self._firm.schedule.hold(
            organizer, attendees, start, start + timedelta(hours=1), rooms=rooms, is_old=True, **properties
        )

    def _pair(self, local: str) -> Pair:
        person = self._firm.get_person(_address(local))
        if person is None:
            raise ValueError(f"the invented firm has no {local!r}")
        return person.name, person.address

    def _pick_subject(self, person: Pair) -> str:
        known = self._firm.get_person(person[1])
        language = "fr" if known is not None and (known.language or "").startswith("fr") else "en"
        subject: str = self._random.choice(_read()["subjects"][language])
        return subject


def _address(name: str) -> str:
    """Make the address of a person of the firm from their name, or from its short form in the file."""
    return f"{_fold(name)}@{_read()['domains'][0]}"


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.lower().replace("'", "").replace(" ", ".")


def _read_contact(text: str, domain: str) -> Pair:
    """Read `Name`, `Name|local part` or `Name|address`."""
    name, _, local = text.partition("|")
    local = local or _fold(name)
    return name, local if "@" in local else f"{local}@{domain}"
