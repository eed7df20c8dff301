"""Say in words why a mailbox or a whole firm is not synced: storage keeps only a code."""

from typing import Final

from bot.language.texts import FALLBACK, load_texts, say
from bot.turn import Language

_SIGN_IN: Final = {
    **dict.fromkeys(("90002", "900021", "900023"), "reasons.tenant_unknown"),
    **dict.fromkeys(("700016", "7000229"), "reasons.app_unknown"),
    "7000112": "reasons.app_disabled",
    "7000215": "reasons.secret_wrong",
    "7000222": "reasons.secret_over",
    "700024": "reasons.proof_untimely",
    "700027": "reasons.certificate_unknown",
    **dict.fromkeys(("70021", "700211", "700212", "700213"), "reasons.token_unknown"),
    "53003": "reasons.sign_in_blocked",
}
"""What Entra's numbers mean where the app signs in (its page "reference-error-codes" lists them)."""


def say_sign_in(language: Language, code: str) -> str:
    """Say why the sign-in at Microsoft is refused, and what to do, by its code: `AADSTS7000222` say."""
    key = _SIGN_IN.get(code.removeprefix("AADSTS"), "reasons.sign_in_refused")
    return say(language, key, detail=code)


def say_reason(language: Language, reason: str) -> str:
    """Say a stored reason (`code` or `code:detail`) in words; an empty reason gives an empty text.

    An unknown code, such as a sentence stored by an earlier release, gives a text that refers to the log.
    """
    if not reason:
        return ""
    code, _, detail = reason.partition(":")
    if code == "sign_in_refused":
        return say_sign_in(language, detail)
    key = f"reasons.{code}"
    return say(language, key if key in load_texts(FALLBACK) else "reasons.unknown", detail=detail)
