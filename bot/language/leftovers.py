"""What was not understood in a sentence, put together so that a person recognises it."""

from collections.abc import Iterator

from bot.language.sentence import Sentence

_SMALL = ("<filler>", "<break>", "<polite>", "<show>")


def join_left_over(sentence: Sentence, spans: list[tuple[int, int]], ends: list[int]) -> Iterator[tuple[int, int]]:
    """Join what was not understood across small words, and begin with the word that leads to it (`in`, `with`).

    `ends` are the places where something that was understood ends.
    """
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        before = joined[-1][1] if joined else 0
        is_apart = any(before < place <= start for place in ends)
        if joined and not is_apart and not any(_is(sentence, index, "<break>") for index in range(before, start)):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    for start, end in joined:
        begin = start
        while begin < end - 1 and any(_is(sentence, begin, small) for small in _SMALL):
            begin += 1
        floor = max((place for place in ends if place <= begin), default=0)
        while begin > floor and _is(sentence, begin - 1, "<lead>"):
            begin -= 1
        yield begin, end


def _is(sentence: Sentence, index: int, symbol: str) -> bool:
    return symbol in sentence.symbols[index]
