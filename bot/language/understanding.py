"""What a person typed, as an `Ask`: a command, a list, a name, or nothing that is understood."""

import functools
from datetime import date
from typing import Any

from bot.language.commands import get_called, read_data
from bot.language.formats import is_month_first
from bot.language.lists import ListReading, build, build_nearest
from bot.language.loading import load_vocabulary
from bot.language.reading import Clause, Reading, read_all
from bot.language.sentence import COST_OF_FUNCTION, COST_OF_KNOWN, SIGNS, Sentence, read_sentence
from bot.language.spelling import ERROR_COST
from bot.language.suggestions import suggest
from bot.language.texts import FALLBACK
from bot.language.words import find_quoted
from bot.turn import Ask, Language

_LONGEST, _LONGEST_TEXT = 80, 600
"""Words and characters; what is longer was pasted, not asked."""
_LONGEST_NAME, _FEW, _FEW_IN_LOWER_CASE = 14, 2, 5
"""Words of a name: at most; so few that any may be one; so few that none of them needs a capital."""
_MOST_LEFT_OVER = 6
"""Words that are not understood in a list; with more the sentence is about something else."""
_ANY_DAY = date(2026, 1, 1)
_WRITING = ("company.", "view.", "contact.add", "keep", "rename", "undo")
"""How the verbs begin that change something; opening a view does not."""
_FIXED_PEOPLE = (None, "me", "nobody")
_SMALL = frozenset({"<polite>", "<greeting>", "<show>", "<break>"})
"""What stands before the words that matter."""
_TAIL = frozenset({"<polite>", "<break>"})
"""What stands behind them."""
_ABOUT = {"<about_undo>": "undo", "<about_notices>": "notices.settings", "<about_status>": "admin.status"}
"""What is shown where a word of the class stands in a sentence that is not understood as a whole."""
_ORDERS = frozenset({"<set>", "<make>", "<assign>", "<remove>", "<save>", "<export>", "<rename>"})
"""What a change begins with."""


def understand(text: str, language: Language, today: date, locale: str = "") -> Ask:
    """Return what a sentence asks for; pure, never raises, some milliseconds at most for 100,000 characters.

    Every language is understood at any time, mixed in one sentence too; `language` is that of the suggestions, `locale`
    says what 3/4 means. Names stay strings. Beside the data of each verb:

    * `list`: `filter` (JSON of `storage.lists.filters`); `names` {`partner`, `known_by`, `company`, `colleague` where
      the company may be one: "contacts of Anne"}; `not_understood` [str], only where there is something; `text`,
      the words without the verb: a saved view of that very name comes first; `is_scope_given`: mine or firm was said,
      not assumed; `group: "type"` ("by type");
    * `list.count`: as `list`, where how many there are was asked;
    * `show`: `name`; `or_name`, a part of it that may be the name ("Contact Hans Mueller"); `otherwise`, the data of a
      `list`, where the words may be a list if nothing has that name; `suggestions` where a bare name may as well be a
      sentence that was not understood;
    * writing verbs: `is_guess: True` where the sentence was understood through a typing error or by its gist, so that
      the command asks even if every name matches exactly; `or`, the names the other way round ("assign Anne to Acme"),
      for when the first is no company; `rename` is `view.rename` or `company.rename`, whatever has the name;
    * `unknown`: `text`, `suggestions`; `turning` [str], words that turn the meaning of a list round and were not
      understood, then no list is given, and `nearest`, the data of the list without them.
    """
    read = _remember if len(text) <= _LONGEST_TEXT else _read
    ask = read(text, language, today, is_month_first(locale))
    return Ask(ask.verb, _copy(ask.data), is_said=True)


def is_sentence(name: str) -> bool:
    """Say whether a name is a sentence that is understood as a whole: whoever typed it would not get what is called so.

    A list that is understood but for a word (`Dormant clients`) is none.
    """
    ask = understand(name, FALLBACK, _ANY_DAY)
    if ask.verb == "list":
        return "not_understood" not in ask.data
    return ask.verb != "unknown" and not (ask.verb == "show" and ask.data["name"] == " ".join(name.split()))


def _read(text: str, language: Language, today: date, has_month_first: bool) -> Ask:  # noqa: FBT001  # cached by it
    inner = find_quoted(text) if len(text) <= _LONGEST_TEXT else None
    if inner is None:
        return _Understanding(text, language, today, has_month_first=has_month_first).ask()
    return _unquote(inner, _Understanding(inner, language, today, has_month_first=has_month_first).ask())


def _unquote(text: str, ask: Ask) -> Ask:
    """Take a sentence in quotes for the name of something, and for the sentence where nothing is called so."""
    if ask.verb == "list":
        return Ask("show", {"name": text, "otherwise": dict(ask.data)})
    if ask.verb == "unknown" and "turning" not in ask.data:
        return Ask("show", {"name": text, "suggestions": ask.data["suggestions"]})
    if ask.verb == "show" and ask.data["name"] != text:
        return ask
    is_change = ask.verb.startswith(_WRITING) and ask.verb != "view.open"
    return Ask(ask.verb, {**ask.data, "is_guess": True}) if is_change else ask


_remember = functools.lru_cache(maxsize=4_096)(_read)


class _Understanding:
    """One sentence on its way to an `Ask`."""

    def __init__(self, text: str, language: Language, today: date, *, has_month_first: bool) -> None:
        self.vocabulary = load_vocabulary()
        self.has_month_first = has_month_first
        self.sentence = read_sentence(text, self.vocabulary, _LONGEST + 1, has_month_first=has_month_first)
        self.core = _find_core(self.sentence)
        self.language = language
        self.today = today

    def ask(self) -> Ask:
        """Choose between a command, a list and a name."""
        if not any(word.kind != "stop" for word in self.sentence.words):
            return Ask("help", {})
        is_too_long = len(self.sentence) > _LONGEST or len(self.sentence.text) > _LONGEST_TEXT
        return self._unknown() if is_too_long else self._choose()

    def _choose(self) -> Ask:
        command, reading = read_all(self.sentence, self.vocabulary)
        listing = build(self.sentence, reading, self.today)
        is_loose = command is None or command.clauses[0].meaning.is_loose
        is_list = listing.is_list or (is_loose and listing.is_scope_given)
        is_whole = is_list and not listing.left_over
        is_list_nearer = is_whole and command is not None and reading.cost <= command.cost and not self._is_order()
        if command and not is_loose and not is_list_nearer:
            if self._is_rather_name(command):
                return self._name(None, listing)
            return self._command(command) or self._unknown()
        if self._is_turned(listing):
            return self._turned(listing, reading)
        if is_whole or (is_list and self._is_surely_list(listing)):
            verb = "list.count" if is_whole and self._is_how_many() else "list"
            return Ask(verb, listing.to_data(self.sentence) | {"text": self.sentence.raw(*self.core)})
        return self._name(command, listing)

    def _is_turned(self, listing: ListReading) -> bool:
        """Say whether a list was asked for, and a word of it turns its meaning round that was not understood."""
        is_near = listing.has_subject and listing.count_left_over() <= _MOST_LEFT_OVER
        return bool(listing.turning) and is_near and not self._is_order()

    def _turned(self, listing: ListReading, reading: Reading) -> Ask:
        """Show nothing where a word was not understood that turns the meaning round; offer what was, before it."""
        sentence = self.sentence
        text = sentence.text[:200]
        data: dict[str, Any] = {
            "text": text,
            "turning": [sentence.raw(*span) for span in listing.turning],
            "suggestions": suggest(text, self.language),
        }
        nearest = build_nearest(sentence, reading, listing.turning[0][0], self.today)
        if nearest.has_subject:
            data["nearest"] = nearest.to_data(sentence)
        return Ask("unknown", data)

    def _is_rather_name(self, command: Reading) -> bool:
        """Say whether one mistyped word is all there is: `albert` is not `alert`; the command is suggested."""
        words = self.sentence.words[slice(*self.core)]
        is_one = sum(word.kind not in SIGNS for word in words) == 1
        return command.is_misspelt and not command.clauses[0].filled and is_one

    def _is_surely_list(self, listing: ListReading) -> bool:
        """Say whether a list was meant though not all of it is understood; `Client Services Ltd` is a name."""
        if not listing.has_subject or listing.count_left_over() > _MOST_LEFT_OVER or self._is_order():
            return False
        is_told = listing.begins and any(self.sentence.is_stop)
        return is_told or listing.is_scope_given or listing.is_narrowed

    def _is_how_many(self) -> bool:
        """Say whether the number of a list is asked for, not its rows."""
        return any("<how_many>" in symbols for symbols in self.sentence.symbols)

    def _is_order(self) -> bool:
        """Say whether the sentence begins as a change does."""
        symbols = self.sentence.symbols[self.core[0]]
        return not symbols.isdisjoint(_ORDERS) and symbols.isdisjoint({"<show>", "<arrange>"})

    def _command(self, reading: Reading) -> Ask | None:
        """Return what a command asks for; None for one that was not meant after all."""
        clause = reading.clauses[0]
        verb = clause.meaning.name
        if clause.meaning.is_statement and self.sentence.is_question:
            return Ask("show", {"name": get_called(clause.values["name"])})
        if clause.meaning.is_statement and not all(self._is_name(*place) for place in _find_names(clause)):
            return None
        if verb.startswith("company.") and not all(self._has_letters(*place) for place in _find_names(clause)):
            return None
        data = read_data(clause, self._read_list)
        if data is None or (not clause.filled and reading.worst_error > ERROR_COST):
            return None  # "is it raining" is not "is it running"
        if verb.startswith(_WRITING) and verb != "view.open" and (reading.is_misspelt or self._is_guess(clause)):
            data["is_guess"] = True
        return Ask(verb, data)

    def _is_guess(self, clause: Clause) -> bool:
        """Say whether a change should be confirmed even if the names are right.

        That is so if it is said by its gist, asked rather than told, or if a name in it is made of words that mean
        something else.
        """
        sentence = self.sentence
        is_polite = any("<polite>" in symbols for symbols in sentence.symbols[: self.core[0] + 1])
        places = _find_names(clause)
        doubtful = any(sentence.costs[index] >= COST_OF_KNOWN for place in places for index in range(*place))
        is_doubtful = doubtful and clause.meaning.name.startswith("company.")
        return clause.meaning.is_guess or is_doubtful or (sentence.is_question and not is_polite)

    def _has_letters(self, start: int, end: int) -> bool:
        return any(map(str.isalpha, self.sentence.raw(start, end)))

    def _read_list(self, text: str) -> dict[str, Any] | None:
        """Read a list inside a command."""
        sentence = read_sentence(text, self.vocabulary, _LONGEST, has_month_first=self.has_month_first)
        listing = build(sentence, read_all(sentence, self.vocabulary)[1], self.today)
        is_list = listing.is_list or (listing.is_scope_given and not listing.left_over)
        return listing.to_data(sentence) | ({"turning": True} if listing.turning else {}) if is_list else None

    def _name(self, command: Reading | None, listing: ListReading) -> Ask:
        """Take words for a name, if they look like one; with `show` before them, or by themselves."""
        sentence, (start, end) = self.sentence, self.core
        if command is None and any("<about_undo>" in symbols for symbols in sentence.symbols):
            return self._unknown()
        name = sentence.raw(start, end)
        is_near_list = listing.has_subject and listing.count_left_over() <= _MOST_LEFT_OVER
        data: dict[str, Any] = {"name": name}
        if is_near_list and self._names_one(listing):
            return self._show_one(name, listing.left_over[0])
        if is_near_list:
            data["otherwise"] = listing.to_data(sentence) | {"text": name}
        if command:
            clause = command.clauses[0]
            data["name"] = name if is_near_list else clause.values["name"]
            return Ask("show", data) if is_near_list or self._is_name(*clause.places["name"]) else self._unknown()
        if end - start > _LONGEST_NAME or any(sentence.is_stop[start:end]) or self._is_order():
            return self._unknown()
        if not is_near_list and not self._is_name(start, end):
            return self._unknown()
        return Ask("show", data | {"suggestions": suggest(sentence.text, self.language)})

    def _show_one(self, name: str, rest: tuple[int, int]) -> Ask:
        """Ask for `Hans Mueller` where `contact Hans Mueller` was typed; `Société Générale` may be a whole name."""
        short = self.sentence.raw(*rest)
        is_whole = self.sentence.words[self.core[0]].is_capital
        return Ask("show", {"name": name, "or_name": short} if is_whole else {"name": short})

    def _names_one(self, listing: ListReading) -> bool:
        """Say whether one is meant by name (`contact Hans Mueller`), so that the list of all is no answer."""
        is_one = any("<company_noun>" in symbols for symbols in self.sentence.symbols[: self.core[0] + 1])
        return is_one and len(listing.left_over) == 1 and not (listing.is_narrowed or listing.is_all)

    def _is_name(self, start: int, end: int) -> bool:
        """Say whether words look like a name: mostly unknown, and no sentence in lower case."""
        sentence = self.sentence
        words = [index for index in range(start, end) if sentence.words[index].kind not in SIGNS]
        plain = sum(sentence.costs[index] >= COST_OF_FUNCTION for index in words)
        if len(words) > _FEW and 2 * plain > len(words):
            return False
        return any(sentence.words[index].is_capital for index in words) or len(words) <= _FEW_IN_LOWER_CASE

    def _find_asked(self) -> str | None:
        """Return the one name in a question, if every other word of it is known, and none begins a change."""
        sentence, (start, end) = self.sentence, self.core
        if not (sentence.is_question or any("<question>" in symbols for symbols in sentence.symbols[: start + 1])):
            return None
        known = self.vocabulary.known
        name = [index for index in range(start, end) if sentence.words[index].kind not in SIGNS | {"suffix"}]
        name = [index for index in name if sentence.words[index].text not in known]
        name = [index for index in name if sentence.words[index].kind != "elided"]
        is_one = name and name[-1] - name[0] < len(name)
        if not is_one or not any(sentence.words[index].is_capital for index in name):
            return None
        is_order = any(not _ORDERS.isdisjoint(symbols) for symbols in sentence.symbols[start:end])
        return None if is_order else sentence.raw(name[0], name[-1] + 1)

    def _unknown(self) -> Ask:
        """Take a sentence for what it is about, where that is only shown; else it is not understood."""
        name = self._find_asked()
        if name:
            return Ask("show", {"name": get_called(name)})
        if any("<why>" in symbols for symbols in self.sentence.symbols):
            address = next((word.text for word in self.sentence.words if word.kind == "address"), None)
            if address:
                return Ask("contact.explain", {"address": address})
        for about, verb in _ABOUT.items():
            if any(about in symbols for symbols in self.sentence.symbols):
                return Ask(verb, {"is_guess": True} if verb == "undo" else {})
        text = self.sentence.text[:200]
        return Ask("unknown", {"text": text, "suggestions": suggest(text, self.language)})


def _find_names(clause: Clause) -> list[tuple[int, int]]:
    """Return where names stand in a command; `me` and `nobody` are none."""
    return [clause.places[slot] for slot in ("name", "person") if clause.values.get(slot) not in _FIXED_PEOPLE]


def _find_core(sentence: Sentence) -> tuple[int, int]:
    """Return where the words begin and end that are neither politeness nor the verb."""
    start, end = 0, len(sentence)
    while start < end:
        follower = max(
            (match[1] for match in sentence.matches[start] if match[0] in _SMALL and not match[2]), default=0
        )
        if not start < follower < end:
            break
        start = follower
    while end > start + 1:
        begin = next((index for index in range(start + 1, end) if _is_polite(sentence, index, end)), end)
        if begin == end:
            break
        end = begin
    return min(sentence.skips[start : start + 1] or [start]), end


def _is_polite(sentence: Sentence, start: int, end: int) -> bool:
    return any(match[1] == end and match[0] in _TAIL and not match[2] for match in sentence.matches[start])


def _copy(value: Any) -> Any:
    """Copy plain JSON, so that whoever gets an answer may change it."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return list(map(_copy, value)) if isinstance(value, list) else value
