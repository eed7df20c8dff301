"""The small texts that many cards share, looked up once per language."""

import functools
from collections.abc import Iterable

from bot.cards.inputs import choice
from bot.language import say, say_ago
from bot.language.company_types import type_names
from bot.results.choices import NONE
from bot.turn import Json, Language, Reader
from storage.lists.facts import Totals

DOT = " · "


@functools.cache
def type_choices(language: Language) -> list[Json]:
    """Return the types as choices, "no type yet" the last."""
    return [choice(name, type_ or NONE) for type_, name in type_names(language).items()]


@functools.cache
def text(language: Language, key: str) -> str:
    """Return a text without gaps of the room `cards`."""
    return say(language, f"cards.{key}")


@functools.lru_cache(maxsize=4_096)
def say_count(language: Language, count: int) -> str:
    """Say how many mails and meetings there were."""
    return say(language, "cards.row.count", count=count)


def say_totals(reader: Reader, totals: Totals) -> str:
    """Say what somebody has had with a company or a contact."""
    counts = {"sent": totals.sent_count, "received": totals.received_count, "meetings": totals.meeting_count}
    parts = [say(reader.language, f"cards.totals.{kind}", count=count) for kind, count in counts.items() if count]
    return join((*parts, say_last(reader, totals.last_at)))


def join(parts: Iterable[str]) -> str:
    """Put short facts in a row, leaving out those that are not there."""
    return DOT.join(filter(None, parts))


def say_last(reader: Reader, at: int) -> str:
    """Say when the last interaction was."""
    return say_ago(reader.language, at, reader.now, reader.timezone, reader.locale) or text(reader.language, "never")
