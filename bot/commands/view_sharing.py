"""Saved views: let others read one, and take it back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from msgspec import UNSET

from bot.commands.inputs import OfPeople, Words, ask_first, tidy
from bot.commands.names import Meant, drop_borrowed, must_ask, read_people
from bot.commands.views import find_view, show_view
from bot.language import say, say_list
from bot.results.base import Result
from bot.results.choices import FIRM, ME
from bot.turn import Json, Notice, Turn
from bot.verbs import CHANGES, EVERYONE, OWN, Router
from storage.book import companies
from storage.firm import user_search
from storage.views import changes, views
from storage.views.views import ViewRow

router = Router()


class ShareView(OfPeople, frozen=True):
    """A view, and with whom: colleagues, or everybody of the firm; from its card, with its name beside."""

    is_with_firm: bool = False
    with_firm: bool = False
    new_name: Words = ""

    @property
    def names_people(self) -> bool:
        """Whether somebody is named at all."""
        return bool(self.people) or any(part is not UNSET for part in (self.user_id, self.user_ids, self.person))


@router.verb("view.share", ShareView, CHANGES, roles=EVERYONE, where=OWN)
async def share_view(turn: Turn, given: ShareView) -> Result:
    """Let a colleague or the whole firm read a view; a colleague hears of it."""
    view = await find_view(turn, given)
    is_with_firm = given.user_id == FIRM or given.is_with_firm or given.with_firm
    people = [] if is_with_firm else await read_people(turn, given, _asking_again(turn, view.id))
    user_ids = [person.id for person in people]
    if must_ask(given, is_exact=_are_exact(people)):
        names = say_list(turn.language, [person.name for person in people])
        name = names or say(turn.language, "view_sharing.everybody")
        question = say(turn.language, "view_sharing.share_view_question", name=view.name, person=name)
        with_whom: Json = {"user_ids": user_ids} if people else {"is_with_firm": True}
        return ask_first(turn, given, question, {"view_id": view.id, **with_whom})
    shared = await turn.write(
        changes.share_view,
        view.id,
        is_with_firm=is_with_firm,
        user_ids=user_ids,
        now=turn.now,
        source=turn.source,
    )
    note = say(turn.language, "view_sharing.view_shared", name=view.name)
    shown = await show_view(turn, view.id, note, shared.change)
    payload = {"view_id": view.id, "by": turn.viewer.user_id}
    return replace(shown, notices=tuple(Notice(user_id, "view", payload) for user_id in shared.new_user_ids))


@router.verb("view.unshare", ShareView, CHANGES, roles=EVERYONE, where=OWN)
async def unshare_view(turn: Turn, given: ShareView) -> Result:
    """Take a view back from a colleague, or from everyone."""
    view = await find_view(turn, given)
    people: list[Meant] | None = None
    if given.names_people:
        people = await read_people(turn, given, _asking_again(turn, view.id))
    user_ids = None if people is None else [person.id for person in people]
    if must_ask(given, is_exact=_are_exact(people or ())):
        wanted = {"view_id": view.id} | ({} if user_ids is None else {"user_ids": user_ids})
        return ask_first(turn, given, _say_unshared(turn, view, people, "question"), wanted)
    change = await turn.write(
        changes.unshare_view,
        view.id,
        user_ids=user_ids,
        now=turn.now,
        source=turn.source,
    )
    said = "done" if change.is_changed else "unchanged"
    return await show_view(turn, view.id, _say_unshared(turn, view, people, said), change)


def _say_unshared(turn: Turn, view: ViewRow, people: Sequence[Meant] | None, said: str) -> str:
    """Say from whom a view is taken back: some colleagues, or everyone."""
    if not people:
        return say(turn.language, f"view_sharing.unshare_{said}", name=view.name)
    names = say_list(turn.language, [person.name for person in people])
    key = "with_firm" if view.is_shared_with_firm and said == "unchanged" else f"from_{said}"
    return say(turn.language, f"view_sharing.unshare_{key}", name=view.name, person=names)


async def take_off_view(turn: Turn, first: str, second: str) -> Result | None:
    """Take a view back by `take Marc off Dormants`, whichever of the two is said first; None where no view is meant."""
    if turn.is_shared or not first or not second:
        return None
    for name, person in ((first, second), (second, first)):
        found = [match for match in await turn.read(views.find_views, tidy(name)) if match.is_exact]
        things = await turn.read(companies.find_companies, tidy(name)) if found else []
        if not drop_borrowed(found, things) or any(match.is_exact for match in things):
            continue
        people = await turn.read(user_search.find_users, tidy(person))
        if people or tidy(person) == ME:
            return await unshare_view(replace(turn, verb="view.unshare"), ShareView(view_id=found[0].id, person=person))
    return None


def _are_exact(people: Iterable[Meant]) -> bool:
    return all(person.is_exact for person in people)


def _asking_again(turn: Turn, view_id: int) -> Callable[[Sequence[int], Sequence[str]], Json]:
    """Return what asks the same again of the colleagues found so far, and of the names still to be looked up."""
    return lambda user_ids, names: {
        "verb": turn.verb,
        "view_id": view_id,
        "user_ids": list(user_ids),
        "people": list(names),
    }
