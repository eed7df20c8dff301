"""A sentence with everything that each of its words may stand for, and where a name may begin and end in it."""

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.language.tokenizer import Word, clean, tokenize
from bot.language.vocabulary import TrieNode, Vocabulary

Match = tuple[str, int, float, Any]
"""A symbol, the word that follows it, what it costs, and the value it stands for."""
Spellings = tuple[tuple[str, float], ...]
"""What a word may be, each with its cost."""
COST_OF_SKIPPED = 0.1
"""What an article costs that is left out of a name."""
_COST_OF_KEYWORD = 0.15
"""What it costs to take a word with a capital for what it means; it may as well be part of a name."""
COST_OF_FUNCTION, COST_OF_KNOWN, _COST_OF_STOP = 1.0, 2.0, 1.5
_COST_OF_DOUBTFUL, _COST_OF_PLAIN, _COST_OF_CAPITAL, _COST_BETWEEN_NAMES = 1.2, 0.2, 0.1, 0.3
"""What a word costs as a part of a name: little, if it means nothing to us."""
_COST_IN_LIST, _COST_OF_CAPITAL_IN_LIST, _COST_OF_UNKNOWN_IN_LIST = 0.05, 0.5, 3.0
_MOST_ERRORS_IN_SMALL_WORDS = 1.0
SMALL_CLASSES = frozenset({"<filler>", "<polite>", "<greeting>", "<show>", "<arrange>"})
"""Classes that are passed over; a word that is far from them is rather one that we do not know."""
_YEARS = range(1900, 2101)
_COST_OF_YEAR_AS_NUMBER = 0.1
_DECIMAL = re.compile(r"\d{1,3}\.\d", re.ASCII)
_MONTH_FIRST = re.compile(r"^(0?[1-9]|1[0-2])([/.-])(\d\d?)(?!\d)", re.ASCII)
_LONGEST_NUMBER = 5
"""Digits."""
_NO_WORDS = frozenset({"quoted", "address", "host", "date"})
SIGNS = frozenset({"stop", "sign"})
TURNING = frozenset({"<negating>", "<not>", "<no>", "<but>", "<nobody>", "<no_longer>", "<only>"})
"""Classes of words that turn a meaning round: they are never passed over in silence."""
_CONTRASTED = TURNING | {"<with>", "<without>", "<where>", "<known>", "<unknown>", "<i>"}
"""What stands behind a `but` that excludes nothing by itself."""


@dataclass(slots=True)
class Sentence:
    """The words, and for every place between two words what may follow there."""

    text: str
    words: list[Word]
    matches: list[list[Match]]
    symbols: list[frozenset[str]]
    """The symbols of the matches."""
    cuts: list[bool]
    """Whether a phrase or a name may begin or end before the word; `Rolls-Royce` is not cut."""
    costs: list[float]
    """What the word costs as a part of a name."""
    costs_in_list: list[float]
    """What the word costs in a list inside a command (`export my dormant clients`); known words are what it is made of.
    """
    is_known: list[bool]
    """Whether the word means something, as it is or with a typing error."""
    is_stop: list[bool]
    """Whether the word must not be in a name (`not`, `if`, `who`)."""
    may_begin: list[bool]
    may_end: list[bool]
    """Whether a name may begin, or end, with the word."""
    turns: list[int]
    """Where a phrase ends that begins with the word and turns the meaning round (`not`, `except`, `only`); 0: none."""
    skips: list[int]
    """Where a name begins that begins here: behind an article."""
    is_question: bool

    def __len__(self) -> int:
        return len(self.words)

    def raw(self, start: int, end: int) -> str:
        """Return some words as they were typed, without the quotes around them."""
        first, last = self.words[start], self.words[end - 1]
        if end == start + 1 and last.kind == "host":
            return last.text
        text = self.text[first.start : last.end]
        if end == start + 1 and last.kind == "quoted":
            text = text.strip("\"' ")
        elif "." in last.text and self.text[last.end : last.end + 1] == ".":
            text += "."  # S.A.
        return " ".join(text.split())

    def raw_name(self, start: int, end: int) -> str:
        """Return some words as they were typed, and of `Jane Roe <jane@example.com>` the address, which is surer."""
        addresses = [index for index in range(start, end) if self.words[index].kind == "address"]
        return self.raw(addresses[0], addresses[0] + 1) if len(addresses) == 1 else self.raw(start, end)


def read_sentence(text: str, vocabulary: Vocabulary, most: int, *, has_month_first: bool = False) -> Sentence:
    """Cut a text into words, at most so many of them, and look each of them up.

    `has_month_first`: 3/4 is the fourth of March.
    """
    return _Reader(clean(text), vocabulary, most, has_month_first=has_month_first).read()


class _Reader:
    """One sentence while it is looked up."""

    def __init__(self, text: str, vocabulary: Vocabulary, most: int, *, has_month_first: bool) -> None:
        self.text = text
        self.has_month_first = has_month_first
        self.vocabulary = vocabulary
        self.words = list(islice(tokenize(text), most))
        self.places = range(len(self.words))
        self.is_shouted = _is_shouted(self.words)
        self.is_name_like = [self._is_name_like(index) for index in self.places]
        self.spellings = [self._spell(index) for index in self.places]
        self.cuts = [self._is_cut(index) for index in self.places] + [True]

    def read(self) -> Sentence:
        matches = [self._match(index) for index in self.places] + [[]]
        return Sentence(
            text=self.text,
            words=self.words,
            matches=matches,
            symbols=[frozenset(match[0] for match in found) for found in matches],
            cuts=self.cuts,
            costs=[self._cost(index) for index in self.places],
            costs_in_list=[self._cost_in_list(index) for index in self.places],
            is_known=[self.words[index].kind == "stop" or bool(self.spellings[index]) for index in self.places],
            is_stop=[self._is("<stop>", index) and not self._is_initial(index) for index in self.places],
            may_begin=[self._is_edge(index) for index in self.places],
            may_end=[self._may_end(index) for index in self.places],
            turns=[_find_turn(matches, index) for index in self.places],
            skips=[self._skip(index) for index in self.places],
            is_question=any(word.text == "?" for word in self.words),
        )

    def _is_name_like(self, index: int) -> bool:
        """Say whether a word has a capital that means something: not one at the beginning, or of `I`."""
        word = self.words[index]
        if not word.is_capital or self.is_shouted:
            return False
        if word.kind == "elided":
            return index + 1 < len(self.words) and self.words[index + 1].is_capital
        is_amid = 1 < index < len(self.words) - 1 and all(
            self.words[near].is_capital for near in (index - 1, index + 1)
        )
        return index > 0 and (word.end - word.start > 1 or word.text != "i" or is_amid)  # Maria I Lopez

    def _is_initial(self, index: int) -> bool:
        """Say whether a letter stands alone that is a word only before an apostrophe (`j'`): it may be a name."""
        word = self.words[index]
        return word.kind == "word" and len(word.text) == 1 and word.text in self.vocabulary.elisions

    def _is(self, name: str, index: int) -> bool:
        """Say whether a word is a small one of some class, and not written as a part of a name."""
        word = self.words[index]
        return word.kind != "quoted" and not self.is_name_like[index] and word.text in self.vocabulary.words[name]

    def _spell(self, index: int) -> Spellings:
        """Return what a word may be in the vocabulary: itself, or what it is a typing error of."""
        word = self.words[index]
        # L'Oréal, D'Ieteren: an article with a capital belongs to the name
        if word.kind in _NO_WORDS or (word.kind == "elided" and self.is_name_like[index]):
            return ()
        text = self.vocabulary.elisions.get(word.text, word.text) if word.kind == "elided" else word.text
        if text in self.vocabulary.known:
            return ((text, _COST_OF_KEYWORD if self.is_name_like[index] else 0.0),)
        return self.vocabulary.spelling.correct(text)

    def _is_cut(self, index: int) -> bool:
        word = self.words[index]
        if not word.is_glued:
            return True
        before = self.words[index - 1]
        if before.kind in {"elided", "number"}:
            return bool(self.spellings[index - 1]) or before.kind == "number"
        is_known = word.text in self.vocabulary.known
        return is_known and (
            word.kind == "suffix" or (before.text in self.vocabulary.known and not self.is_name_like[index - 1])
        )

    def _match(self, start: int) -> list[Match]:
        """Return all that may begin at a word."""
        if not self.cuts[start]:
            return []
        word = self.words[start]
        found: list[Match] = []
        self._walk(self.vocabulary.phrases, start, 0.0, found)
        if word.kind in SIGNS:
            found.append(("<break>", start + 1, 0.0, None))
        elif word.kind in {"address", "date"}:
            value = _put_day_first(word.text) if self.has_month_first and word.kind == "date" else word.text
            found.append((f"{{{word.kind}}}", start + 1, 0.0, value))
        elif word.text.isdecimal() and len(word.text) <= _LONGEST_NUMBER:
            number = int(word.text)
            is_year = number in _YEARS
            found.append(("{number}", start + 1, _COST_OF_YEAR_AS_NUMBER * is_year, str(number)))
            if is_year:
                found.append(("{year}", start + 1, 0.0, str(number)))
        elif _DECIMAL.fullmatch(word.text):
            found.append(("{number}", start + 1, 0.0, word.text))
        return found

    def _walk(self, branch: TrieNode, index: int, cost: float, found: list[Match]) -> None:
        if branch.symbols and self.cuts[index]:
            found.extend(
                (symbol, index, cost + price, value)
                for symbol, value, price in branch.symbols
                if cost <= _MOST_ERRORS_IN_SMALL_WORDS or symbol not in SMALL_CLASSES
            )
        if index == len(self.words):
            return
        for text, price in self.spellings[index]:
            follower = branch.words.get(text)
            if follower:
                self._walk(follower, index + 1, cost + price, found)

    def _cost(self, index: int) -> float:
        word = self.words[index]
        if word.kind in _NO_WORDS:
            return 0.0
        if word.kind in SIGNS:
            return _COST_OF_STOP
        if self.is_name_like[index]:
            return _COST_OF_CAPITAL if word.text not in self.vocabulary.words["{format}"] else COST_OF_KNOWN
        if word.text not in self.vocabulary.known:
            return _COST_OF_DOUBTFUL if self.spellings[index] and not word.is_capital else _COST_OF_PLAIN
        if word.text not in self.vocabulary.words["<filler>"]:
            return COST_OF_KNOWN
        return _COST_BETWEEN_NAMES if self._is_between_names(index) else COST_OF_FUNCTION

    def _cost_in_list(self, index: int) -> float:
        if self.words[index].text in self.vocabulary.words["{format}"]:
            return _COST_OF_CAPITAL_IN_LIST
        if self.words[index].kind == "stop" or self.spellings[index]:
            return _COST_IN_LIST
        return _COST_OF_CAPITAL_IN_LIST if self.is_name_like[index] else _COST_OF_UNKNOWN_IN_LIST

    def _is_between_names(self, index: int) -> bool:
        """Say whether a word joins two that mean nothing to us: `Bank of Ireland`."""
        if not 0 < index < len(self.words) - 1:
            return False
        return all(self.is_name_like[near] or not self.spellings[near] for near in (index - 1, index + 1))

    def _is_edge(self, index: int) -> bool:
        word = self.words[index]
        if word.kind in SIGNS or not word.text.strip():
            return False
        is_behind_number = word.is_glued and self.words[index - 1].kind == "number"
        is_first_name = index == 0 and word.is_capital and len(self.words) > 1 and self.is_name_like[1]  # Will Smith
        if word.kind == "elided" or is_behind_number or is_first_name or self._is("<article>", index):
            return True
        is_letter = len(word.text) == 1 and word.text.isalpha()  # why is j in my contacts
        return is_letter or not any(self._is(name, index) for name in ("<filler>", "<lead>", "<determiner>"))

    def _may_end(self, index: int) -> bool:
        is_small = self.words[index].kind == "elided" or self._is("<article>", index)
        is_noun = index > 0 and self.is_name_like[index - 1] and self._is("<list_noun>", index)  # My March list
        return is_noun or (self._is_edge(index) and not is_small)

    def _skip(self, index: int) -> int:
        """Return where the name begins: behind `the`, `la société`, but not behind the article of `La Poste`."""
        start = index
        while start + 1 < len(self.words) and not self.words[start].is_capital and self.words[start].kind == "word":
            is_noun = self._is("<company_noun>", start)
            is_article = self._is("<article>", start)
            is_before_noun = any(self._is(noun, start + 1) for noun in ("<company_noun>", "{type}", "<companies>"))
            is_before_name = self.is_name_like[start + 1] or (is_article and is_before_noun)
            if not (
                self._is("<mere_article>", start)
                or ((is_article or is_noun) and is_before_name)
                or (is_noun and start > index)
            ):
                break
            start += 1
        return start


def _find_turn(matches: list[list[Match]], start: int) -> int:
    """Return where the longest phrase ends that begins here and turns the meaning round; 0 where none does.

    What only contrasts with what was said (`but without a partner`) leaves the turning to what stands behind it.
    """
    end = max((match[1] for match in matches[start] if match[0] in TURNING), default=0)
    contrasts = [match[1] for match in matches[start] if match[0] == "<yet>"]
    is_contrast = any(not _CONTRASTED.isdisjoint(match[0] for match in matches[after]) for after in contrasts)
    return 0 if is_contrast else end


def _is_shouted(words: list[Word]) -> bool:
    """Say whether nearly every word has a capital, so that capitals tell nothing."""
    letters = [word for word in words if word.kind in {"word", "elided"}]
    return len(letters) > 2 and sum(word.is_capital for word in letters) >= 0.8 * len(letters)  # noqa: PLR2004


def _put_day_first(text: str) -> str:
    """Return 3/4/2026 as 4/3/2026; 2026-03-04 and 18/3/2026 stay."""
    return _MONTH_FIRST.sub(r"\3\2\1", text)
