"""The first-day card, the help, and what is said to a sentence that was not understood."""

from collections.abc import Mapping, Sequence

from bot.cards import kit
from bot.cards.actions import button
from bot.cards.drawing import draws
from bot.cards.phrases import text
from bot.cards.questions import draw_option, draw_suggestions
from bot.language import say
from bot.language.suggestions import fill_in
from bot.language.wording import clean
from bot.results.questions import Greeted, HelpShown, NotUnderstood, Option, TurnedRound
from bot.turn import Card, Json, Language, Reader

TRIALS = 3
GROUPS = {"lists": 4, "companies": 4, "views": 4, "notices": 2}
"""What the help shows examples of, and how many of each the catalogue has."""


def draw_hello(reader: Reader, first_name: str, examples: Mapping[str, str], *, shares_contacts: bool = True) -> Card:
    """Say what this is, what the firm shares, and what to try, to somebody of this first name, or of none."""
    language, first = reader.language, clean(first_name, 40)
    greeting = say(language, "cards.hello.title", name=first) if first else text(language, "hello.nobody")
    shared = "hello.contacts_shared" if shares_contacts else "hello.companies_shared"
    kept = [kit.line(f"•  {text(language, f'hello.private_{number}')}") for number in (1, 2, 3)]
    return kit.card(
        [
            kit.title(greeting),
            kit.line(f"{text(language, 'hello.what')} {text(language, shared)}"),
            kit.box([kit.subtitle(text(language, "hello.private")), *kept]),
            kit.subtitle(text(language, "try")),
            *_draw_examples(language, "hello.try", TRIALS, examples),
        ],
        [button(text(language, "hello.help"), "help")],
    )


def draw_help(reader: Reader, examples: Mapping[str, str]) -> Card:
    """Show by example what can be asked; choosing an example asks it."""
    language = reader.language
    body = [kit.title(text(language, "help.title")), kit.note(text(language, "help.hint"))]
    for group, count in GROUPS.items():
        heading = kit.subtitle(text(language, f"help.{group}"))
        body.append(kit.group([heading, *_draw_examples(language, f"help.{group}", count, examples)]))
    return kit.card(body, [button(text(language, "hello.about"), "hello")])


def _draw_examples(language: Language, key: str, count: int, examples: Mapping[str, str]) -> list[Json]:
    """Draw the sentences of one part of the catalogue that can be made of the reader's own names."""
    sentences = (text(language, f"{key}_{number}") for number in range(1, count + 1))
    return draw_suggestions(fill_in(language, sentences, examples))


def draw_unknown(reader: Reader, asked: str, suggestions: tuple[str, ...]) -> Card:
    """Say that a sentence was not understood, and offer the nearest ones."""
    language = reader.language
    sentence = text(language, "unknown.empty")
    if asked:
        sentence = say(language, "cards.unknown.title", text=clean(asked, 80))
    trials = (text(language, f"hello.try_{number}") for number in range(1, TRIALS + 1))
    nearest = suggestions or fill_in(language, trials, {})
    return kit.card(
        [kit.title(sentence), kit.subtitle(text(language, "unknown.try")), *draw_suggestions(nearest)],
        [button(text(language, "hello.help"), "help")],
    )


def draw_turned(reader: Reader, sentence: str, nearest: Sequence[Option]) -> Card:
    """Say that nothing is shown, since a word that turns the question round was not understood; offer the nearest."""
    language = reader.language
    offered = [kit.subtitle(text(language, "unknown.nearest")), *map(draw_option, nearest)] if nearest else []
    return kit.card([kit.title(sentence), *offered], [button(text(language, "hello.help"), "help")])


def draw_pointer(sentence: str) -> Card:
    """Say in a group that the answer is for the asker alone; nothing of it."""
    return kit.card([kit.line(sentence)])


@draws(Greeted)
def _draw_greeted(reader: Reader, greeted: Greeted) -> Card:
    return draw_hello(reader, greeted.name, greeted.examples, shares_contacts=greeted.shares_contacts)


@draws(HelpShown)
def _draw_help_shown(reader: Reader, shown: HelpShown) -> Card:
    return draw_help(reader, shown.examples)


@draws(NotUnderstood)
def _draw_not_understood(reader: Reader, given: NotUnderstood) -> Card:
    return draw_unknown(reader, given.text, tuple(given.suggestions))


@draws(TurnedRound)
def _draw_turned_round(reader: Reader, turned: TurnedRound) -> Card:
    return draw_turned(reader, turned.summary, turned.options)
