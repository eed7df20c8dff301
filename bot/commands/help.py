"""Hello, help, and what was not understood."""

from typing import Literal

from bot.commands.inputs import Strings, Words, tidy
from bot.commands.listings import ShowList, read_listing
from bot.commands.lists import show_list
from bot.commands.names import UnclearError
from bot.commands.suggesting import fill, get_own_names
from bot.errors import BadRequestError, NotFoundError
from bot.language import say
from bot.language.wording import quote
from bot.results.base import Result
from bot.results.list_state import state_of
from bot.results.lists import Listing
from bot.results.questions import Greeted, HelpShown, NotUnderstood, Option, Said, TurnedRound
from bot.turn import Turn
from bot.verb_inputs import Input, Nothing
from bot.verbs import EVERYONE, EXTENSION, GROUP, OUTSIDERS, OWN, READS, READS_FROM_CARD, Router
from storage.firm.users import get_user
from storage.text.greetings import choose_greeting
from storage.views import views

router = Router()
EVERYWHERE = OWN | GROUP | OUTSIDERS | EXTENSION


class Unknown(Input, frozen=True):
    """Words that mean nothing that is known, and the nearest sentences that do."""

    text: Words = ""
    suggestions: Strings = ()
    negations: Strings = ()
    """Words that turn a question round and were not understood: no list is shown for it."""
    nearest: ShowList | None = None
    """The list that the sentence is without them."""


@router.verb("hello", Nothing, READS.but(leads=True), roles=EVERYONE, where=EVERYWHERE)
async def say_hello(turn: Turn, given: Nothing) -> Greeted:
    """Say who this is, what is not shared, and what to try; in a group without a name."""
    user = None if turn.is_shared else await turn.read(get_user, turn.viewer.user_id)
    name = "" if user is None else choose_greeting(user.name, user.address)
    return Greeted(
        summary=say(turn.language, "cards.hello.nobody"),
        name=name,
        shares_contacts=turn.viewer.shares_contacts,
        examples=await get_own_names(turn),
    )


@router.verb("help", Nothing, READS.but(leads=True), roles=EVERYONE, where=EVERYWHERE)
async def show_help(turn: Turn, given: Nothing) -> HelpShown:
    """Show what can be asked."""
    return HelpShown(summary=say(turn.language, "cards.help.title"), examples=await get_own_names(turn))


@router.verb("thanks", Nothing, READS, roles=EVERYONE, where=EVERYWHERE)
async def take_thanks(turn: Turn, given: Nothing) -> Said:
    """Answer a thank you or a good-bye in one line."""
    return Said(summary=say(turn.language, "help.thanks"))


class OfLimits(Input, frozen=True):
    """Something that is asked for and that Carnet does not know."""

    topic: Literal["introductions", "conflicts", "contents", "sending", "details"] = "contents"
    name: Words = ""
    """Of whom it was asked."""
    person: Words = ""
    day: Words = ""
    """Of when it was asked: nothing here depends on it."""


@router.verb("help.limits", OfLimits, READS, roles=EVERYONE, where=OWN | GROUP)
async def say_limits(turn: Turn, given: OfLimits) -> Said:
    """Say plainly what is not known here, and where to go."""
    known = [tidy(given.name)] if tidy(given.name) else []
    where = say(turn.language, f"help.limits.{given.topic}_where")
    return Said(summary=say(turn.language, f"help.limits.{given.topic}"), lines=[where], suggestions=known)


@router.verb("unknown", Unknown, READS, roles=EVERYONE, where=EVERYWHERE)
async def say_unknown(turn: Turn, given: Unknown) -> Result:
    """Offer the nearest sentences; or the nearest list, where a word that turns it round was not understood."""
    if given.negations:
        named = None if turn.is_shared else await turn.read(views.find_view_named, given.text)
        if named is not None:
            return await show_list(turn, ShowList(view_id=named))
        return await _say_turned(turn, given)
    summary = say(turn.language, "cards.unknown.title", text=given.text[:80])
    return NotUnderstood(summary=summary, text=given.text, suggestions=await fill(turn, given.suggestions))


async def _say_turned(turn: Turn, given: Unknown) -> TurnedRound:
    """Say which words were not understood and that nothing is shown for it."""
    sentence = say(turn.language, "cards.unknown.turned", words=quote(turn.language, given.negations))
    nearest = await _read_nearest(turn, given)
    option = [] if nearest is None else [Option(nearest.words, "", {"verb": "list", **state_of(nearest, None)})]
    return TurnedRound(summary=sentence, options=option)


async def _read_nearest(turn: Turn, given: Unknown) -> Listing | None:
    """Return the list without those words; none where others read along, or where a name in it is not clear."""
    if turn.is_shared or given.nearest is None:
        return None
    try:
        return await read_listing(turn, given.nearest)
    except (UnclearError, NotFoundError):
        return None


class Say(Input, frozen=True):
    """A sentence that a card suggests."""

    text: Words = ""


@router.verb("say", Say, READS_FROM_CARD, roles=EVERYONE, where=EVERYWHERE)
async def say_sentence(turn: Turn, given: Say) -> Result:
    """Ask a sentence that a card suggests. The door reads it, and runs the verb that it means in place of this one."""
    raise BadRequestError("only_typed")


@router.verb("buttons", Nothing, READS, roles=EVERYONE, where=EVERYWHERE)
async def point_to_buttons(turn: Turn, given: Nothing) -> Said:
    """Say where to answer what a card asks: `yes` or `next` typed is no question of its own."""
    return Said(summary=say(turn.language, "help.use_buttons"))


@router.verb("cancel", Nothing, READS, roles=EVERYONE, where=EVERYWHERE)
async def cancel(turn: Turn, given: Nothing) -> Said:
    """Drop the question that was asked: nothing is changed, and nothing taken back."""
    return Said(summary=say(turn.language, "help.cancelled"))
