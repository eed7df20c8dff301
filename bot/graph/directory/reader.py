"""Read the changes of a directory since the last time, or all of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from bot.graph.client.client import GraphClient
from bot.graph.client.errors import GraphError, UnknownGroupError
from bot.graph.directory.entries import Changes, Entry, fetch_changes, fetch_members, fetch_organization, fetch_person
from bot.graph.sync.rounds import is_unknown_state
from storage.firm.rule_values import FirmRules
from storage.text.names import clean_text

MOST_REREAD: Final = 200
"""The most changed people who are fetched one by one; beyond that everybody is listed again."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a directory has shown."""

    name: str
    domains: Sequence[str]
    people: Sequence[Entry]
    gone: Sequence[str]
    is_whole: bool
    """`people` is complete: whoever is missing has left."""
    link: str
    members: Collection[str] | None
    """Entra ids of the people whose mailboxes are read; None for all."""
    served: Mapping[str, Collection[str]]
    """The members of the group that may use the service, where the rule names one."""
    is_settled: bool = True
    """False if Graph listed people that it then did not find, as happens shortly after a change.

    Nobody counts as having left for that; `link` gives the same changes again.
    """


async def read_directory(client: GraphClient, link: str, rules: FirmRules) -> Snapshot:
    """Read what changed in a directory since `link`, or everybody without one; raises `GraphError`."""
    organization = await fetch_organization(client)
    changes, is_whole = await _fetch_known_changes(client, link)
    is_settled = True
    if not is_whole:
        changes, is_settled = await _reread(client, changes)
    elif not changes.people:
        raise GraphError(0, "notAPage")  # no directory is empty: believed, it would let everybody go
    guests = [entry.id for entry in changes.people if is_guest(entry)]
    members = await _fetch_group(client, rules.group) - set(guests) if rules.group else None
    served = {}
    if rules.serves == "group":
        served[rules.serves_group] = await _fetch_group(client, rules.serves_group) - set(guests)
    return Snapshot(
        clean_text(organization.display_name or ""),
        [domain.name for domain in organization.verified_domains],
        [entry for entry in changes.people if not is_guest(entry)],
        [*changes.removed, *guests],
        is_whole,
        changes.link if is_settled else link,
        members,
        served,
        is_settled,
    )


async def _fetch_group(client: GraphClient, group: str) -> set[str]:
    """List who is in a group; a 404 is told as what it is, whatever was asked of Graph besides."""
    try:
        return set(await fetch_members(client, group))
    except GraphError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            raise UnknownGroupError(group, error) from error
        raise


def is_guest(entry: Entry) -> bool:
    """Return whether somebody is of another firm; a member who was made a guest is let go like one who left."""
    return (entry.user_type or "").casefold() == "guest"


async def _fetch_known_changes(client: GraphClient, link: str) -> tuple[Changes, bool]:
    """Follow the link; or list everybody (True) if there is no link, Graph has forgotten it, or too many changed."""
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


async def _reread(client: GraphClient, changes: Changes) -> tuple[Changes, bool]:
    """Fetch the changed people, because the delta may contain changed fields only; return False if some are not found.

    People with `@removed` have left and are not fetched; not being found does not mean that.
    """
    wanted = dict.fromkeys(entry.id for entry in changes.people if entry.id not in set(changes.removed))
    found: list[Entry] = []
    for entra_id in wanted:
        person = await fetch_person(client, entra_id)
        if person is not None:
            found.append(person)
    return Changes(found, changes.removed, changes.link), len(found) == len(wanted)
