"""Choose what one sentence asks for: a command, a list, a name, or nothing that is understood."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from bot.language.command_data import NOT_DECLARED, THIS, Takes, get_called, is_shown, point, read_data
from bot.language.follow_ups import read_follow_up
from bot.language.likely_names import find_asked_name, find_only_name, has_letters, is_name_like, list_names
from bot.language.list_request import ListRequest
from bot.language.lists import build, build_nearest
from bot.language.names_behind import find_named
from bot.language.parser import Clause, Parse, parse_sentence
from bot.language.sentence import COST_OF_KNOWN, SIGNS, Sentence, read_sentence
from bot.language.sentence_core import find_core, is_order, skip_saying
from bot.language.spelling import ERROR_COST
from bot.language.suggestions import suggest
from bot.language.vocabulary_loader import load_vocabulary
from bot.turn import Ask, Language

LONGEST_TEXT = 600
"""Characters; what is longer was pasted, not asked."""
_LONGEST = 88
"""Words."""
_LONGEST_NAME = 14
"""Words."""
_MOST_LEFT_OVER = 6
"""Words of a list that may be left over; a sentence with more is about something else."""
_LISTED = frozenset({"{type}", "<companies>", "<contacts>", "<list_noun>"})
"""Classes of words that say what to list."""
_MAY_GO_ON = frozenset({"list", "list.count", "show", "unknown"})
"""What a sentence asks for that may say something of the list before it; what it names for sure it does not."""
_ABOUT = {"<about_undo>": "undo", "<about_notices>": "notices.settings", "<about_status>": "admin.status"}
"""Verbs to run for a sentence that is not understood but contains a word of the class."""


class SentenceInterpreter:
    """Understands one sentence; `Interpreter.understand` says what its asks hold."""

    def __init__(
        self, verbs: Mapping[str, Takes], text: str, language: Language, today: date, *, has_month_first: bool
    ) -> None:
        self.verbs = verbs
        self.text = text
        self.vocabulary = load_vocabulary()
        self.has_month_first = has_month_first
        self.sentence = read_sentence(text, self.vocabulary, _LONGEST + 1, has_month_first=has_month_first)
        self.core = find_core(self.sentence)
        self.language = language
        self.today = today
        self._is_command = False

    def ask(self) -> Ask:
        """Choose between a command, a list and a name."""
        if not any(word.kind != "stop" for word in self.sentence.words):
            return Ask("help", {})
        if len(self.sentence) > _LONGEST or len(self.sentence.text) > LONGEST_TEXT:
            return self._unknown()
        start, end = skip_saying(self.sentence, self.core)
        if end == start + 1 and self.sentence.words[start].kind == "quoted":  # please "show my clients"
            return self._quote(self.sentence.raw(start, end)).ask_of_quoted()
        return self._prefer_name(self._choose())

    def find_follow_up(self, ask: Ask) -> dict[str, Any] | None:
        """Return what the sentence means if it goes on from a list that was shown before it; a command never does."""
        if len(self.sentence) > _LONGEST or self.core[0] >= self.core[1]:
            return None
        if self._is_command or ask.verb not in _MAY_GO_ON:
            return None
        parse = self._parse[1]
        return read_follow_up(self.sentence, parse, self.core, self.vocabulary, today=self.today, read=self._cut)

    @cached_property
    def _parse(self) -> tuple[Parse | None, Parse]:
        """The best parse as a command, if there is one, and the best as a list."""
        return parse_sentence(self.sentence, self.vocabulary)

    def _cut(self, text: str) -> Sentence:
        return read_sentence(text, self.vocabulary, _LONGEST, has_month_first=self.has_month_first)

    def _quote(self, text: str) -> "SentenceInterpreter":
        """Return what stands in quotes as a sentence of its own."""
        return SentenceInterpreter(self.verbs, text, self.language, self.today, has_month_first=self.has_month_first)

    def _prefer_name(self, ask: Ask) -> Ask:
        """Take `contact Alain Noël` and `Companies House` for a name first, and for a list if nothing is called so."""
        if ask.verb != "list":
            return ask
        start, end = self.core
        is_named = "called" in ask.data.get("names", {}) and not ask.data.get("is_scope_given")
        is_named &= ask.data["filter"]["of"] == "companies"
        behind = self._find_noun_of_one() + 1
        if 0 < behind < end and not self._is_rather_listed(behind, end):
            name = self.sentence.raw_name(behind, end)
        elif is_named:
            name = self.sentence.raw(start, end)
        else:
            return ask
        return Ask("show", {"name": name, "otherwise": dict(ask.data)})

    def _is_rather_listed(self, start: int, end: int) -> bool:
        """Return whether words behind `client` are no name: those of `firm clients`, `client without partner`."""
        sentence, places = self.sentence, range(start, end)
        if any(sentence.words[place].is_capital for place in places):
            return False
        is_plain = len(places) > 1 and all(sentence.words[place].text in self.vocabulary.known for place in places)
        return is_plain or not _LISTED.isdisjoint(sentence.symbols[start])

    def _find_noun_of_one(self) -> int:
        """Return the place of `contact` or `company` before the name of one; -1 if there is none."""
        words, nouns = self.sentence.words, self.vocabulary.words["<company_noun>"]
        places = range(min(self.core[0] + 1, len(words) - 1))
        return max((at for at in places if words[at].text in nouns and not words[at + 1].is_glued), default=-1)

    def ask_of_quoted(self) -> Ask:
        """Take a text that stood in quotes for a name first, and for a sentence if nothing has that name."""
        ask, text = self.ask(), self.text
        if ask.verb == "list":
            return Ask("show", {"name": text, "otherwise": dict(ask.data)})
        if ask.verb == "unknown" and "negations" not in ask.data:
            return Ask("show", {"name": text, "suggestions": ask.data["suggestions"]})
        if ask.verb == "show" and ask.data["name"] != text:
            return ask
        return Ask(ask.verb, {**ask.data, "is_guess": True}) if self._takes(ask.verb).writes else ask

    def _takes(self, verb: str) -> Takes:
        return self.verbs.get(verb, NOT_DECLARED)

    def _choose(self) -> Ask:
        command, parse = self._parse
        listing = build(self.sentence, parse, self.today)
        is_loose = command is None or command.clauses[0].meaning.is_loose
        is_list = listing.is_list or (is_loose and listing.is_scope_given)
        is_whole = is_list and not listing.left_over
        is_list_nearer = (
            is_whole and command is not None and parse.cost <= command.cost and not is_order(self.sentence, self.core)
        )
        if command and not is_loose and not is_list_nearer:
            if self._is_rather_name(command):
                return self._name(None, listing)
            found = self._command(command)
            self._is_command = found is not None
            return found or self._unknown()
        if self._is_negated(listing):
            return self._suggest_nearest(listing, parse)
        if is_whole or (is_list and self._is_surely_list(listing)):
            verb = "list.count" if is_whole and self._is_how_many() else "list"
            data = listing.to_data(self.sentence) | {"text": self.sentence.raw(*self.core)}
            named = find_named(self.sentence, self.core, self.vocabulary, self.today, self._cut)
            return Ask(verb, data | ({"or_named": named} if named else {}))
        return self._name(command, listing)

    def _is_negated(self, listing: ListRequest) -> bool:
        """Return whether a list was asked for with a negation that was not understood."""
        is_near = listing.has_subject and listing.count_left_over() <= _MOST_LEFT_OVER
        return bool(listing.negations) and is_near and not is_order(self.sentence, self.core)

    def _suggest_nearest(self, listing: ListRequest, parse: Parse) -> Ask:
        """Show no list, name the negations that were not understood, and offer the list without them."""
        sentence = self.sentence
        text = sentence.text[:200]
        data: dict[str, Any] = {
            "text": text,
            "negations": [sentence.raw(*span) for span in listing.negations],
            "suggestions": suggest(text, self.language),
        }
        nearest = build_nearest(sentence, parse, listing.negations[0][0], self.today)
        if nearest.has_subject:
            data["nearest"] = nearest.to_data(sentence)
        return Ask("unknown", data)

    def _is_rather_name(self, command: Parse) -> bool:
        """Return whether a sentence of one mistyped word is rather a name: `albert` is not `alert`."""
        words = self.sentence.words[slice(*self.core)]
        is_one = sum(word.kind not in SIGNS for word in words) == 1
        return command.is_misspelt and not command.clauses[0].filled and is_one

    def _is_surely_list(self, listing: ListRequest) -> bool:
        """Return whether a list was meant although some words are not understood; `Client Services Ltd` is a name."""
        if not listing.has_subject or listing.count_left_over() > _MOST_LEFT_OVER or is_order(self.sentence, self.core):
            return False
        is_told = listing.begins and any(self.sentence.is_stop)
        return is_told or listing.is_scope_given or listing.is_narrowed

    def _is_how_many(self) -> bool:
        """Return whether a sentence asks for the number of rows in a list, not for the rows."""
        symbols = self.sentence.symbols
        is_number = any("<number_of>" in symbols[place] for place in range(self.core[0] + 1))
        return is_number or any("<how_many>" in said for said in symbols)

    def _command(self, parse: Parse) -> Ask | None:
        """Return the ask of a command; None if the sentence does not mean that command after all."""
        clause = parse.clauses[0]
        verb = clause.meaning.name
        if clause.meaning.is_statement and self.sentence.is_question:
            return _show(clause)
        if clause.meaning.is_statement and not all(is_name_like(self.sentence, *place) for place in list_names(clause)):
            return None
        if verb.startswith("company.") and not all(self._may_be_changed(*place) for place in list_names(clause)):
            return None
        if clause.meaning.data.get("name") == THIS and self._has_type(clause.places.get("person")):
            return None  # "make Orange a client and Hugo its partner"
        data = read_data(clause, self._takes(verb), self._read_list, self.today)
        if data is None or (not clause.filled and parse.worst_error > ERROR_COST):
            return None  # "is it raining" is not "is it running"
        if "called" in self._takes(verb).fields and "address" in data and "name" in clause.places:
            data |= self._find_called(*clause.places["name"])
        if self._takes(verb).writes and (parse.is_misspelt or self._is_guess(clause)):
            data["is_guess"] = True
        return Ask(verb, data)

    def _may_be_changed(self, start: int, end: int) -> bool:
        """Return whether words name a company or a person: no list, and no second change (`X to prospect and Y`)."""
        words = [place for place in range(start, end) if self.sentence.words[place].kind != "quoted"]
        plain = [place for place in words if len(words) > 1 and not self.sentence.words[place].is_capital]
        is_list = any(not _LISTED.isdisjoint(self.sentence.symbols[place]) for place in plain)
        return has_letters(self.sentence, start, end) and not is_list

    def _find_called(self, start: int, end: int) -> dict[str, str]:
        """Return the name that stands before an address, as in `Jane Roe <jane@example.com>`."""
        places = range(start, end)
        first = next((place for place in places if self.sentence.words[place].kind == "address"), end)
        return {"called": self.sentence.raw(start, first).strip("\"' ")} if first > start else {}

    def _has_type(self, place: tuple[int, int] | None) -> bool:
        return place is not None and any("{type}" in self.sentence.symbols[index] for index in range(*place))

    def _is_guess(self, clause: Clause) -> bool:
        """Return whether a change must be confirmed even if its names match exactly.

        That is so if the sentence only resembles the command, if it is a question, or if a name consists of words of
        the vocabulary.
        """
        sentence = self.sentence
        is_polite = any("<polite>" in symbols for symbols in sentence.symbols[: self.core[0] + 1])
        places = list_names(clause)
        doubtful = any(sentence.costs[index] >= COST_OF_KNOWN for place in places for index in range(*place))
        is_doubtful = doubtful and clause.meaning.name.startswith("company.")
        return clause.meaning.is_guess or is_doubtful or (sentence.is_question and not is_polite)

    def _read_list(self, text: str) -> dict[str, Any] | None:
        """Read a list inside a command."""
        sentence = self._cut(text)
        listing = build(sentence, parse_sentence(sentence, self.vocabulary)[1], self.today)
        is_list = listing.is_list or (listing.is_scope_given and not listing.left_over)
        return listing.to_data(sentence) | ({"negations": True} if listing.negations else {}) if is_list else None

    def _name(self, command: Parse | None, listing: ListRequest) -> Ask:
        """Take words for a name, if they look like one, whether or not `show` stands before them."""
        sentence, (start, end) = self.sentence, self.core
        is_about_undo = any("<about_undo>" in symbols for symbols in sentence.symbols)
        if command is None and is_about_undo and self._find_noun_of_one() < 0:
            return self._unknown()
        name = sentence.raw_name(start, end)
        is_near_list = listing.has_subject and listing.count_left_over() <= _MOST_LEFT_OVER
        data: dict[str, Any] = {"name": name}
        if is_near_list and self._names_one(listing):
            return self._show_one(name, listing.left_over[0])
        if is_near_list:
            data["otherwise"] = listing.to_data(sentence) | {"text": name}
        if command:
            return self._show_named(command.clauses[0], data, is_near_list=is_near_list)
        if end - start > _LONGEST_NAME or any(sentence.is_stop[start:end]) or is_order(self.sentence, self.core):
            return self._unknown()
        if not is_near_list and not is_name_like(sentence, start, end):
            return self._unknown()
        return Ask("show", data | {"suggestions": suggest(sentence.text, self.language)})

    def _show_named(self, clause: Clause, data: dict[str, Any], *, is_near_list: bool) -> Ask:
        """Show what stands behind `show`, or a list if all the words are nearly one."""
        if is_shown(clause.values["name"]):
            return _show(clause)
        if is_near_list:
            return Ask("show", data)
        is_name = is_name_like(self.sentence, *clause.places["name"])
        return Ask("show", {**data, "name": clause.values["name"]}) if is_name else self._unknown()

    def _show_one(self, name: str, rest: tuple[int, int]) -> Ask:
        """Show `Hans Mueller` for `contact Hans Mueller`; capitals may make it one name: `Société Générale`."""
        short = self.sentence.raw_name(*rest)
        is_whole = self.sentence.words[self.core[0]].is_capital
        return Ask("show", {"name": name, "or_name": short} if is_whole else {"name": short})

    def _names_one(self, listing: ListRequest) -> bool:
        """Return whether one company or contact is meant by name (`contact Hans Mueller`), rather than a list."""
        is_one = any("<company_noun>" in symbols for symbols in self.sentence.symbols[: self.core[0] + 1])
        return is_one and len(listing.left_over) == 1 and not (listing.is_narrowed or listing.is_all)

    def _find_explained(self) -> dict[str, str]:
        """Return the address or the name in a question why; nothing if there is neither."""
        sentence = self.sentence
        address = next((word.text for word in sentence.words if word.kind == "address"), None)
        name = None if address else find_only_name(sentence, self.core, self.vocabulary)
        return {"address": address} if address else {"name": name} if name else {}

    def _unknown(self) -> Ask:
        """Show what a sentence that was not understood is about, or suggest commands; change nothing."""
        if any("<why>" in symbols for symbols in self.sentence.symbols):
            if meant := self._find_explained():
                return Ask("contact.explain", meant)
        elif name := find_asked_name(self.sentence, self.core, self.vocabulary):
            return Ask("show", {"name": get_called(name)})
        for about, verb in _ABOUT.items():
            if any(about in symbols for symbols in self.sentence.symbols):
                return Ask(verb, {"is_guess": True} if verb == "undo" else {})
        text = self.sentence.text[:200]
        return Ask("unknown", {"text": text, "suggestions": suggest(text, self.language)})


def _show(clause: Clause) -> Ask:
    """Show what a command is about instead of carrying it out."""
    name = clause.values["name"]
    return Ask("show", point(name) if is_shown(name) else {"name": get_called(name)})
