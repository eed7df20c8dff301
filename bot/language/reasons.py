"""Why a mailbox or a whole firm stands still: the code that is stored, said in words."""

from bot.language.texts import FALLBACK, load_texts, say
from bot.turn import Language


def say_reason(language: Language, reason: str) -> str:
    """Say a stored reason, a code or `code:detail`, in words; nothing for none.

    What is no code of ours, such as a sentence stored by an earlier release, refers to the log.
    """
    if not reason:
        return ""
    code, _, detail = reason.partition(":")
    key = f"reasons.{code}"
    return say(language, key if key in load_texts(FALLBACK) else "reasons.unknown", detail=detail)
