"""Words that are not ours (names, subjects, addresses, what somebody typed), made safe to show.

They are shown in a `TextRun`, which no client reads as markdown; a `TextBlock` holds our own texts alone.
"""

import re
from collections.abc import Sequence
from json.encoder import encode_basestring_ascii

from bot.language.texts import say
from bot.turn import Language
from storage.text.look_alikes import mark_disguise, mark_names_in

_UNSAFE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # control characters, line breaks among them
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # invisible ones, and those that turn the direction of what follows
    "\u2028\u2029\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ue000-\uf8ff"  # lone surrogates; private use, which our templates need for themselves
    "\U000e0000-\U000e007f"  # tags: an invisible alphabet
    "]+"
)
_LINK = re.compile(r"\](?=\s*[(\[:])")
"""The seam of a markdown link; a zero-width space in it leaves a link nowhere, and the reader sees what was written."""
ELLIPSIS = "…"
_BYTES = 3
"""As many bytes of JSON as a character may take on average."""
_JOINERS = " \u200d\ufe0f"


def clean(text: str, limit: int = 120) -> str:
    """Return somebody's words on one line, without what could act, at most `limit` characters.

    In a script that JSON writes in six bytes a character it is fewer, so that a card is never too large for Teams.
    Where letters of another alphabet pass for ours, that alphabet stands behind them.
    """
    if text.isascii():
        is_plain = len(text) <= limit and text.isprintable() and "]" not in text
        return text.strip() if is_plain else trim(text, limit)
    mark = mark_disguise(text)
    return trim(text, limit - len(mark)) + mark


def clean_sentence(text: str, limit: int = 2000) -> str:
    """Return a sentence with somebody's words in it as it is read aloud or notified, made safe as `clean` does."""
    trimmed = trim(text, limit)
    return trimmed if trimmed.isascii() else mark_names_in(trimmed)


def trim(text: str, limit: int = 120) -> str:
    """Return somebody's words as `clean` does, with nothing behind them: for what may be put right."""
    if not text.isascii() or not text.isprintable():
        text = _UNSAFE.sub(" ", text[: limit * 4])
    text = text.strip()
    if len(text) > limit or (not text.isascii() and count_json_bytes(text) > limit * _BYTES):
        text = _cut(text, limit) + ELLIPSIS
    return _LINK.sub("]\u200b", text) if "]" in text else text


def _cut(text: str, limit: int) -> str:
    room = limit * _BYTES
    length = 0
    for character in text[: limit - 1]:
        room -= count_json_bytes(character)
        if room < 0:
            break
        length += 1
    return text[:length].rstrip(_JOINERS)


def count_json_bytes(text: str) -> int:
    """Say how many bytes a text takes in JSON at worst, where everything beyond ASCII is escaped."""
    return len(encode_basestring_ascii(text)) - 2


def quote(language: Language, words: Sequence[str]) -> str:
    """Return words that were not understood as they are named to whoever typed them, in the language's own quotes."""
    return ", ".join(say(language, "cards.list.quoted", word=clean(word, 40)) for word in words[:5])
