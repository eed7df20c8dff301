"""Find the words of a sentence that matter, between greeting, verb and thanks, and whether they begin with an order."""

from bot.language.sentence import Sentence

ORDERS = frozenset({"<set>", "<make>", "<assign>", "<remove>", "<save>", "<export>", "<rename>"})
"""Classes of words with which a change begins."""
_BEFORE = frozenset({"<polite>", "<greeting>", "<show>", "<break>"})
"""Classes of words that may stand before the core."""
_BEHIND = frozenset({"<polite>", "<break>"})
"""Classes of words that may stand behind the core."""

Core = tuple[int, int]
"""The first word that matters, and the end of those that do."""


def find_core(sentence: Sentence) -> Core:
    """Return where the words begin and end that are neither politeness nor the verb."""
    start, end = 0, len(sentence)
    while start < end:
        follower = max(
            (match[1] for match in sentence.matches[start] if match[0] in _BEFORE and not match[2]), default=0
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
    return any(match[1] == end and match[0] in _BEHIND and not match[2] for match in sentence.matches[start])


def skip_saying(sentence: Sentence, core: Core) -> Core:
    """Return where the core goes on behind `say` and a colon."""
    start, end = core
    start = max((match[1] for match in sentence.matches[start] if match[0] == "<saying>"), default=start)
    if start > core[0] and start < end and sentence.words[start].text == ":":
        start += 1
    return (start, end) if start < end else core


def is_order(sentence: Sentence, core: Core) -> bool:
    """Return whether the core begins with a word such as `set` or `rename`, as sentences that change something do."""
    symbols = sentence.symbols[core[0]]
    return not symbols.isdisjoint(ORDERS) and symbols.isdisjoint({"<show>", "<arrange>"})
