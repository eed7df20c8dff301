"""Words that are not ours (names, subjects, addresses, what somebody typed), made safe to show.

They are shown in a `TextRun`, which no client reads as markdown; a `TextBlock` holds our own texts alone.
"""

import re

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


def clean(text: str, limit: int = 200) -> str:
    """Return somebody's words on one line, without what could act: at most `limit` characters."""
    if not (text.isascii() and text.isprintable()):
        text = _UNSAFE.sub(" ", text[: limit * 4])
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + ELLIPSIS
    if "]" in text:
        text = _LINK.sub("]\u200b", text)
    return text.strip()


def weigh(text: str) -> int:
    """Say how many bytes a text takes in JSON at worst, where everything beyond ASCII is escaped."""
    return len(text) if text.isascii() else 6 * len(text) + 6 * sum(character > "\uffff" for character in text)
