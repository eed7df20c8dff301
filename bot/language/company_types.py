"""Call the types of companies by their names."""

import functools

from bot.language.formats import say_list
from bot.language.texts import say
from bot.turn import Language
from storage.models import CompanyType


@functools.cache
def type_names(language: Language) -> dict[CompanyType | None, str]:
    """Return what each type of company is called; None is "no type yet"."""
    return {type_: say(language, f"cards.type.{type_ or 'none'}") for type_ in (*CompanyType, None)}


def say_no_type(language: Language, name: str) -> str:
    """Say that no type is called so, and what the types are."""
    types = say_list(language, [type_names(language)[type_] for type_ in CompanyType])
    return say(language, "names.no_type", name=name.strip()[:80], types=types)
