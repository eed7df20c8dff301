"""Mail of a firm of any size, always the same for one seed, as a corpus that the small Microsoft 365 can read.

A mail is mostly between one user and one outside person of few that the user deals with; some goes to several, some
stays inside, and some comes from machines and lists.
"""

import gzip
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

DOMAIN = "firm.example"
_NEWEST = datetime(2025, 12, 31, tzinfo=UTC)
_FIRST = "Anna Bruno Chloé Dora Emil Fanny Georg Helen Ivan Julie Karl Léa Marc Nina Oscar Paula Rémi Sara Tom Vera"
_LAST = "Arnold Berger Conti Duval Egger Favre Girard Huber Imhof Jost Keller Lang Meier Noël Ott Pache Roux Suter"
_MACHINES = ("no-reply", "newsletter", "notifications", "info", "billing")

Pair = tuple[str, str]


def write_mail(path: Path, mails: int, *, seed: int = 5) -> Path:
    """Write so many mails (there will be some 1.5 times as many copies in mailboxes), unless it was done before."""
    if not path.exists():
        unfinished = path.with_suffix(".part")
        with gzip.open(unfinished, "wt", compresslevel=1, encoding="utf-8") as file:
            file.writelines(json.dumps(mail, ensure_ascii=False) + "\n" for mail in make_mails(mails, seed))
        unfinished.rename(path)
    return path


def make_mails(count: int, seed: int = 5) -> Iterator[dict[str, Any]]:
    """Make mails, one user for each 2,500 and one outside person for each ten."""
    dice = random.Random(seed)
    users = [_make_person(dice, number, DOMAIN) for number in range(max(5, count // 2500))]
    domains = [f"company{number}.example" for number in range(max(5, count // 50))]
    people = [_make_person(dice, number, dice.choice(domains)) for number in range(max(20, count // 10))]
    circles = [dice.sample(people, min(len(people), 300)) for _ in users]
    for number in range(count):
        place = int(len(users) * dice.random() ** 1.5)
        sent_at = _NEWEST - timedelta(seconds=int(dice.random() ** 2 * 10 * 365 * 86_400))
        yield {
            "message_id": f"<{number}.{seed}@mail.example>",
            "date": sent_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            **_choose_parties(dice, users, users[place], circles[place]),
            "subject": f"Matter {number % 997}",
        }


def _choose_parties(dice: random.Random, users: list[Pair], user: Pair, circle: list[Pair]) -> dict[str, Any]:
    kind = dice.random()
    if kind < 0.15:
        return {"from": user, "to": dice.sample(users, 2), "cc": [], "bcc": []}
    if kind < 0.25:
        return {"from": ("", f"{dice.choice(_MACHINES)}@{circle[0][1].partition('@')[2]}"), "to": [user], "cc": []}
    others = [circle[int(len(circle) * dice.random() ** 2)] for _ in range(dice.choice((1, 1, 1, 2, 4)))]
    colleagues = dice.sample(users, dice.choice((0, 0, 1)))
    if kind < 0.6:
        return {"from": user, "to": others, "cc": colleagues, "bcc": []}
    return {"from": others[0], "to": [user, *colleagues], "cc": others[1:], "bcc": []}


def _make_person(dice: random.Random, number: int, domain: str) -> Pair:
    first, last = dice.choice(_FIRST.split()), dice.choice(_LAST.split())
    return f"{first} {last}", f"p{number}.{last.lower().encode('ascii', 'ignore').decode()}@{domain}"
