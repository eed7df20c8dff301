"""The phrases people may type and the texts the bot says: one folder per language, nothing of a language in the code.

Ask in words: `Interpreter`. Say a filter back: `describe`. Say anything else: `say`, and `say_date`, `say_number`,
`say_ago`, ... for what depends on the reader's habits.
"""

from bot.language.command_data import Takes, get_called
from bot.language.filter_description import describe, describe_period, quote_name
from bot.language.formats import (
    get_day,
    get_midnight,
    say_ago,
    say_clock,
    say_date,
    say_list,
    say_month,
    say_number,
    say_time,
    say_weekday,
)
from bot.language.name_lists import split_names
from bot.language.reasons import say_reason, say_sign_in
from bot.language.texts import LANGUAGES, MissingTextWarning, choose_language, name_language, say
from bot.language.understanding import Interpreter, is_sentence
from bot.language.vocabulary_loader import prepare

__all__ = [
    "LANGUAGES",
    "Interpreter",
    "MissingTextWarning",
    "Takes",
    "choose_language",
    "describe",
    "describe_period",
    "get_called",
    "get_day",
    "get_midnight",
    "is_sentence",
    "name_language",
    "prepare",
    "quote_name",
    "say",
    "say_ago",
    "say_clock",
    "say_date",
    "say_list",
    "say_month",
    "say_number",
    "say_reason",
    "say_sign_in",
    "say_time",
    "say_weekday",
    "split_names",
]
