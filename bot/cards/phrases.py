"""The small texts that many cards share, looked up once per language."""

import functools
from collections.abc import Iterable
from typing import Protocol

from bot.cards.inputs import choice
from bot.language import say, say_ago
from bot.language.company_types import type_names
from bot.results.choices import NONE
from bot.turn import Json, Language, Reader
from storage.lists.facts import Totals

DOT = " · "


class Dated(Protocol):
    """What was had with somebody, by its last dates."""

    @property
    def met_at(self) -> int:
        """When they were last met."""

    @property
    def mail_at(self) -> int:
        """When the last mail was."""

    @property
    def last_at(self) -> int:
        """When anything was."""


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
    return join((*parts, say_dates(reader, totals)))


def say_dates(reader: Reader, of: Dated, *, is_first: bool = False) -> str:
    """Say when the last meeting and the last mail was, each where there was one; else when anything was.

    `is_first`: nothing stands before it.
    """
    dates = {"met": of.met_at, "mail": of.mail_at}
    said = join(
        say(reader.language, f"cards.totals.{kind}", when=say_last(reader, at)) for kind, at in dates.items() if at > 0
    )
    if not said:
        return say_last(reader, of.last_at)
    return said[0].upper() + said[1:] if is_first else said


def join(parts: Iterable[str]) -> str:
    """Put short facts in a row, leaving out those that are not there."""
    return DOT.join(filter(None, parts))


def say_last(reader: Reader, at: int) -> str:
    """Say when the last interaction was."""
    return say_ago(reader.language, at, reader.now, reader.timezone, reader.locale) or text(reader.language, "never")
