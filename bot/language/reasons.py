"""Say in words why a mailbox or a whole firm is not synced: storage keeps only a code."""

from bot.language.texts import FALLBACK, load_texts, say
from bot.turn import Language


def say_reason(language: Language, reason: str) -> str:
    """Say a stored reason (`code` or `code:detail`) in words; an empty reason gives an empty text.

    An unknown code, such as a sentence stored by an earlier release, gives a text that refers to the log.
    """
    if not reason:
        return ""
    code, _, detail = reason.partition(":")
    key = f"reasons.{code}"
    return say(language, key if key in load_texts(FALLBACK) else "reasons.unknown", detail=detail)
