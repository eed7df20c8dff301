"""One look at a directory: what changed since the last one, or everybody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from bot.graph.client.client import GraphClient
from bot.graph.client.errors import GraphError
from bot.graph.directory.entries import Changes, Entry, fetch_changes, fetch_members, fetch_organization, fetch_person
from bot.graph.sync.rounds import is_unknown_state
from storage.text.names import clean_text

MOST_REREAD: Final = 200
"""Changed people who are fetched one by one; where there are more, everybody is listed anew."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at a directory has shown."""

    name: str
    domains: Sequence[str]
    people: Sequence[Entry]
    gone: Sequence[str]
    is_whole: bool
    """`people` is everybody: who is not among them is gone too."""
    link: str
    members: Collection[str] | None
    """Whose mailboxes are read; None for everybody's."""


async def look(client: GraphClient, link: str, group: str = "") -> Seen:
    """Look at a directory: at what changed since `link`, or at everybody without one; raises `GraphError`."""
    organization = await fetch_organization(client)
    changes, is_whole = await _fetch_known_changes(client, link)
    if not is_whole:
        changes = await _reread(client, changes)
    elif not changes.people:
        raise GraphError(0, "notAPage")  # no directory is empty: believed, it would let everybody go
    members = set(await fetch_members(client, group)) if group else None
    return Seen(
        clean_text(organization.display_name or ""),
        [domain.name for domain in organization.verified_domains],
        [entry for entry in changes.people if entry.user_type != "Guest"],
        changes.removed,
        is_whole,
        changes.link,
        members,
    )


async def _fetch_known_changes(client: GraphClient, link: str) -> tuple[Changes, bool]:
    """Follow the link, or list everybody (True) where there is none, Graph has forgotten it, or very many changed."""
    if link:
        try:
            changes = await fetch_changes(client, link)
        except GraphError as error:
            if not is_unknown_state(error):
                raise
        else:
            if len(changes.people) <= MOST_REREAD:
                return changes, False
    return await fetch_changes(client), True


async def _reread(client: GraphClient, changes: Changes) -> Changes:
    """Fetch the changed people whole: the delta may carry nothing but what changed."""
    found: list[Entry] = []
    gone = list(changes.removed)
    for entra_id in dict.fromkeys(entry.id for entry in changes.people):
        person = await fetch_person(client, entra_id)
        if person is None:
            gone.append(entra_id)
        else:
            found.append(person)
    return Changes(found, gone, changes.link)
