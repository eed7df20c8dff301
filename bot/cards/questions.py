"""Cards that ask something back, or say that something is not so."""

from collections.abc import Sequence

from bot.cards import entries, kit
from bot.cards.actions import button, primary
from bot.cards.companies import draw_back, draw_undo
from bot.cards.drawing import draws
from bot.cards.phrases import text
from bot.language import say
from bot.language.company_types import type_names
from bot.language.wording import clean
from bot.results.questions import Asked, Conflict, Done, Option, Said, Unclear
from bot.turn import Card, Json, Reader
from storage.book.companies import CompanyDetail

SUGGESTIONS = 5


def draw_confirmation(
    reader: Reader, question: str, yes: str, data: Json, *, details: Sequence[str] = (), back: Json | None = None
) -> Card:
    """Ask before something is written; nothing was yet."""
    lines = [kit.line(detail) for detail in details]
    return kit.card(
        [kit.title(question), *lines],
        [primary(yes, data["verb"], **_without_verb(data)), draw_back(reader, back) or _draw_cancel(reader)],
    )


def draw_which(reader: Reader, question: str, options: Sequence[Option], back: Json | None = None) -> Card:
    """Ask which of several was meant."""
    return kit.card([kit.title(question), *map(draw_option, options)], [draw_back(reader, back)])


def draw_option(option: Option) -> Json:
    """Draw one of several things to choose from."""
    data = option.data
    return entries.row(clean(option.name, 70), clean(option.detail, 80), data["verb"], **_without_verb(data))


def draw_message(
    reader: Reader, title: str, lines: Sequence[str] = (), suggestions: Sequence[str] = (), back: Json | None = None
) -> Card:
    """Say something short, and what to type instead."""
    body = [kit.title(title), *map(kit.line, lines)]
    if suggestions:
        body.append(kit.subtitle(text(reader.language, "try")))
        body += draw_suggestions(suggestions)
    return kit.card(body, [draw_back(reader, back)])


def draw_suggestions(sentences: Sequence[str]) -> list[Json]:
    """Offer sentences; choosing one asks it."""
    return [
        entries.row(clean(sentence, 100), "", "say", text=clean(sentence, 200)) for sentence in sentences[:SUGGESTIONS]
    ]


def draw_done(reader: Reader, sentence: str, actions: Sequence[Json | None] = (), lines: Sequence[str] = ()) -> Card:
    """Say what was done."""
    return kit.card([kit.good_news(sentence), *map(kit.line, lines)], actions)


def draw_conflict(reader: Reader, sentence: str, company: CompanyDetail, *, anyway: Json | None, leave: Json) -> Card:
    """Say that somebody else changed it since, what it is now, and offer to set it all the same."""
    language = reader.language
    now_is = say(
        language,
        "company_changes.now_is",
        name=company.name,
        type=type_names(language)[company.type],
        partner=company.partner_name or say(language, "cards.company.no_partner"),
    )
    return kit.card(
        [kit.title(sentence), kit.line(now_is)],
        [
            anyway and primary(text(language, "conflict.anyway"), anyway["verb"], **_without_verb(anyway)),
            button(text(language, "conflict.leave"), leave["verb"], **_without_verb(leave)),
        ],
    )


def _draw_cancel(reader: Reader) -> Json:
    return button(text(reader.language, "cancel"), "cancel")


def _without_verb(data: Json) -> Json:
    return {key: value for key, value in data.items() if key != "verb"}


@draws(Said)
def _draw_said(reader: Reader, said: Said) -> Card:
    return draw_message(reader, said.summary, said.lines, said.suggestions, said.back)


@draws(Asked)
def _draw_asked(reader: Reader, asked: Asked) -> Card:
    yes = say(reader.language, "questions.yes")
    return draw_confirmation(reader, asked.summary, yes, asked.again, details=asked.details, back=asked.back)


@draws(Unclear)
def _draw_unclear(reader: Reader, unclear: Unclear) -> Card:
    return draw_which(reader, unclear.summary, unclear.options)


@draws(Conflict)
def _draw_conflict(reader: Reader, found: Conflict) -> Card:
    return draw_conflict(reader, found.summary, found.company, anyway=found.anyway, leave=found.leave)


@draws(Done)
def _draw_done(reader: Reader, done: Done) -> Card:
    actions = [draw_undo(reader, done.audit_ids, done.back, is_undo=done.is_undo), draw_back(reader, done.back)]
    return draw_done(reader, done.summary, actions, done.lines)
