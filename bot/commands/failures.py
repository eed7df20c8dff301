"""What went wrong, as a sentence; what storage refuses is translated here, once."""

from bot.errors import BadRequestError, CarnetError, ConflictError, ForbiddenError, NotFoundError
from bot.language import say
from bot.results.questions import Said
from bot.turn import Language
from storage.errors import CursorError, FilterError, MissingError, RefusedError, RuleError, StaleError, TakenError

_FORBIDDEN = frozenset({"not_owner", "builtin"})


def translate(error: Exception) -> CarnetError | None:
    """Return the error as one of ours; None for one that nobody foresaw."""
    match error:
        case CarnetError():
            known: CarnetError | None = error
        case MissingError(of=of):
            known = NotFoundError("no_such_person" if of == "user" else "")
        case StaleError():
            known = ConflictError()
        case TakenError(name=name):
            known = BadRequestError("taken", name=name)
        case RefusedError(reason=reason):
            kind = ForbiddenError if reason in _FORBIDDEN else BadRequestError
            known = kind(f"refused_{reason}")
        case RuleError(key=key, values=values):
            known = BadRequestError(f"rule_{key}", **values)
        case FilterError(key=key, field=field):
            known = BadRequestError(f"bad_filter_{key or 'whole'}", field=field)
        case CursorError():
            known = BadRequestError("bad_cursor")
        case _:
            known = None
    return known


def describe_failure(error: CarnetError, language: Language) -> Said:
    """Return the sentence that says an error."""
    sentence = say(language, f"errors.{error.key}", **error.values)
    if error.key.startswith("rule_") and "field" in error.values:  # one of many on a card
        rule = say(language, f"firm.rule.{error.values['field']}")
        sentence = say(language, "errors.of_rule", rule=rule, sentence=sentence)
    return Said(summary=sentence, code=error.code)
