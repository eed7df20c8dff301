"""Turn what a person typed into an `Ask`: a command, a list, a name, or nothing that is understood."""

import functools
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.language.command_data import Takes
from bot.language.formats import is_month_first
from bot.language.sentence_interpreter import LONGEST_TEXT, SentenceInterpreter
from bot.language.texts import FALLBACK
from bot.language.tokenizer import find_quoted
from bot.turn import Ask, Language

_ANY_DAY = date(2026, 1, 1)
_ASIDE = re.compile(r"(?<=\w)\s+\([A-ZÀ-Þ][^()@\n]{1,80}\)(?![^\s?.!])")
"""Where somebody works, in brackets behind their name: `why is Jane Doe (Acme Industries) in my contacts`."""


class Interpreter:
    """Understands sentences; `verbs` has what the declaration of each verb says that words can mean."""

    def __init__(self, verbs: Mapping[str, Takes]) -> None:
        self._verbs = verbs
        self._remember = functools.lru_cache(maxsize=4_096)(self._read)

    def understand(self, text: str, language: Language, today: date, locale: str = "") -> Ask:
        """Return what a sentence asks for.

        Pure; never raises; takes some milliseconds at most, for 100,000 characters too. All languages are understood
        at once, mixed in one sentence too: `language` is that of the suggestions, `locale` decides what 3/4 means.
        Names stay strings, which the commands resolve. The data has these keys, beside those of each verb:

        * `list`: `filter` (JSON of `storage.lists.filters`); `names` {`partner`, `known_by`, `company`, and
          `colleague` if the company may be one: "contacts of Anne"}; `not_understood` [str], if there is any;
          `or_named`, the filter of those called as the words behind the noun (`all contacts noel`), if any are; `text`,
          the words without the verb, because a saved view of that name comes first; `is_scope_given`, if mine or firm
          was said rather than assumed; `group: "type"` ("by type");
        * `list.count`: as `list`, for a question about how many there are;
        * `show`: `name`; `or_name`, a part of it that may be the name ("Contact Hans Mueller"); `otherwise`, the data
          of the `list` to show if nothing has that name; `suggestions`, if the name may be a sentence not understood;
        * verbs that write: `is_guess: True`, if a typing error was corrected or the sentence only resembles a command,
          so that the command asks before it changes anything; `or`, the names swapped ("assign Anne to Acme"), for
          when the first is not a company; `rename` stands for the same of a view, a company or a contact, whichever
          has the name;
        * `unknown`: `text`; `suggestions`; `negations` [str], if a list contains negations that were not understood,
          and then `nearest`, the data of the list without them.
        """
        read = self._remember if len(text) <= LONGEST_TEXT else self._read
        ask = read(text, language, today, is_month_first(locale, language))
        return Ask(ask.verb, _copy(ask.data), is_said=True, follow_up=_copy(ask.follow_up))

    def _read(self, text: str, language: Language, today: date, has_month_first: bool) -> Ask:  # noqa: FBT001  # cached
        inner = find_quoted(text) if len(text) <= LONGEST_TEXT else None
        said = SentenceInterpreter(self._verbs, inner or text, language, today, has_month_first=has_month_first)
        if inner is not None:
            return said.ask_of_quoted()
        ask = said.ask()
        if not _is_understood(ask) and (bare := _ASIDE.sub("", text)) != text:
            other = self._read(bare, language, today, has_month_first)
            if _is_understood(other) and other.verb in self._verbs and not self._verbs[other.verb].writes:
                return other
        return replace(ask, follow_up=said.find_follow_up(ask))


_ANY_VERB = Interpreter({})


def is_sentence(name: str) -> bool:
    """Return whether a name is understood as a whole sentence, so that typing it would not open what has that name.

    A list of which one word is not understood (`Dormant clients`) does not count as a sentence.
    """
    ask = _ANY_VERB.understand(name, FALLBACK, _ANY_DAY)
    if ask.verb == "list":
        return "not_understood" not in ask.data
    return ask.verb != "unknown" and not (ask.verb == "show" and ask.data["name"] == " ".join(name.split()))


def _is_understood(ask: Ask) -> bool:
    return ask.verb != "unknown" and "not_understood" not in ask.data


def _copy(value: Any) -> Any:
    """Copy plain JSON, so that the caller may change it and the cache keeps its own."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return list(map(_copy, value)) if isinstance(value, list) else value
