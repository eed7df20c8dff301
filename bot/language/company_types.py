"""Call the types of companies by their names."""

import functools

from bot.language.texts import say
from bot.turn import Language
from storage.models import CompanyType


@functools.cache
def type_names(language: Language) -> dict[CompanyType | None, str]:
    """Return what each type of company is called; None is "no type yet"."""
    return {type_: say(language, f"cards.type.{type_ or 'none'}") for type_ in (*CompanyType, None)}
