"""No sentence that the grammar accepts ends in an error of the command: one of every pattern is said to the bot."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.commands import ROUTER, understand
from bot.language import say
from bot.turn import Language
from storage.engine.database import open_database
from tests.office import TODAY, Office, open_office
from tests.sentences import Sentence, list_sentences

WRONG = ("bad_request", "unexpected", "bad_input", "unknown_verb", "version_needed", "not_here")
"""The texts of an error that is the bot's own: the sentence was accepted, and the command could not take it."""


class Desks:
    """The same desk again and again: a sentence that may have changed something leaves its copy of the firm behind."""

    def __init__(self, office: Office, filled: Path) -> None:
        self._office, self._filled, self._copies = office, filled, 0

    async def close(self) -> None:
        """Close the copy in use."""
        await self._office.database.close()

    async def renew(self) -> Office:
        """Give the firm as it was filled."""
        await self.close()
        self._copies += 1
        copy = self._filled.with_name(f"copy{self._copies}.db")
        shutil.copyfile(self._filled, copy)
        database = open_database(f"sqlite:///{copy}")
        self._office = replace(self._office, database=database)
        return self._office


@pytest.fixture
async def desks(sqlite_with_tables: Path, tmp_path: Path) -> AsyncIterator[Desks]:
    filled = tmp_path / "filled.db"
    shutil.copyfile(sqlite_with_tables, filled)
    office = await open_office(open_database(f"sqlite:///{filled}"))
    desks = Desks(office, filled)
    yield desks
    await desks.close()


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_no_sentence_that_the_grammar_accepts_ends_in_an_error_of_the_command(desks: Desks, language: Language):
    office = await desks.renew()
    await office.say("set type of Globex to prospect", language="en")  # there is something to undo
    wrong = list_beginnings(language)
    failed: list[str] = []
    for sentence in list_sentences(language):
        failed += await find_fault(office, sentence, language, wrong)
        if ROUTER.verbs[understand(sentence.text, language, TODAY).verb].writes:
            office = await desks.renew()
    assert failed == []


async def find_fault(office: Office, sentence: Sentence, language: Language, wrong: list[str]) -> list[str]:
    """Say a sentence; give it back with what was answered where that is an error of the command."""
    try:
        reply = await office.say(sentence.text, language=language)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is a fault
        return [f"{sentence.text!r} ({sentence.pattern}): {error!r}"]
    is_wrong = reply.is_error and any(reply.summary.startswith(beginning) for beginning in wrong)
    return [f"{sentence.text!r} ({sentence.pattern}): {reply.summary}"] if is_wrong else []


def list_beginnings(language: Language) -> list[str]:
    """Give how the texts of those errors begin, up to what they name."""
    gap = {"field": "\0", "verb": "\0"}
    return [say(language, f"errors.{key}", **gap).partition("\0")[0] or "\u201c" for key in WRONG]
