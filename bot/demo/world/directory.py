"""A firm's directory: who is there, in which groups, and what changed since."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal, NamedTuple

from bot.demo.world.identity import make_guid
from bot.demo.world.mailbox import Mailbox
from bot.demo.world.people import Group, Person


class DirectoryChange(NamedTuple):
    """One line of the directory's log; `group_id` is empty where a person changed rather than a membership."""

    person: Person
    kind: Literal["created", "updated", "removed"]
    group_id: str = ""


class Directory:
    """The people and groups of one tenant."""

    def __init__(self, tenant_id: str, domains: Iterable[str]) -> None:
        self.tenant_id = tenant_id
        self.domains = [domain.lower() for domain in domains]
        """Verified domains; the first is the default one."""
        self.people: dict[str, Person] = {}
        self.groups: dict[str, Group] = {}
        self.log: list[DirectoryChange] = []
        self.epoch = 0
        self._by_address: dict[str, Person] = {}
        self._given: Counter[str] = Counter()

    def get(self, id_or_address: str) -> Person | None:
        """Find a person by object id, or by any address."""
        return self.people.get(id_or_address) or self._by_address.get(id_or_address.strip().lower())

    def is_inside(self, address: str) -> bool:
        """Return whether an address is at one of the verified domains."""
        local, _, domain = address.strip().lower().rpartition("@")
        return bool(local) and domain in self.domains

    def add(
        self,
        address: str,
        name: str = "",
        *,
        language: str | None = None,
        title: str | None = None,
        person_id: str = "",
        kind: str = "Member",
    ) -> Person:
        """Let somebody join; a leaver's address may be given to somebody new, who then gets an id of their own."""
        key = address.strip().lower()
        self._given[key] += 1
        holder = [str(self._given[key])] if self._given[key] > 1 else []
        person_id = person_id or make_guid("user", self.tenant_id, key, *holder)
        mailbox = Mailbox(self.tenant_id, person_id, key)
        person = Person(person_id, name or key, key, mailbox, language, title, kind=kind)
        self.people[person.id] = person
        self._by_address[key] = person
        self.log.append(DirectoryChange(person, "created"))
        return person

    def add_alias(self, person: Person, address: str) -> None:
        """Let one more address reach a person."""
        person.mailbox.addresses.append(address.lower())
        self._by_address[address.lower()] = person

    def update(self, person: Person, *, name: str = "", address: str = "", is_enabled: bool | None = None) -> None:
        """Rename somebody, give them another address, or block their sign-in."""
        if address:
            person.mailbox.addresses.insert(0, address.lower())
            person.address = address.lower()
            self._by_address[address.lower()] = person
        person.name = name or person.name
        person.is_enabled = person.is_enabled if is_enabled is None else is_enabled
        self.log.append(DirectoryChange(person, "updated"))

    def remove(self, person: Person) -> None:
        """Let somebody leave: the user is deleted, and no mail reaches the mailbox any more."""
        person.is_deleted = True
        person.mailbox.state = "not_enabled"
        self._by_address = {key: other for key, other in self._by_address.items() if other is not person}
        for group in self.groups.values():
            if person in group.members:
                group.members.remove(person)
        self.log.append(DirectoryChange(person, "removed"))

    def list_people(self) -> list[Person]:
        """Return everyone who is there now, in the order in which they came."""
        return [person for person in self.people.values() if not person.is_deleted]

    def add_group(self, name: str, members: Iterable[Person] = ()) -> Group:
        """Make a group."""
        group = Group(make_guid("group", self.tenant_id, name), name, list(members))
        self.groups[group.id] = group
        return group

    def add_member(self, group: Group, person: Person) -> None:
        """Put somebody into a group."""
        group.members.append(person)
        self.log.append(DirectoryChange(person, "created", group.id))

    def remove_member(self, group: Group, person: Person) -> None:
        """Take somebody out of a group."""
        group.members.remove(person)
        self.log.append(DirectoryChange(person, "removed", group.id))

    def forget_tokens(self) -> None:
        """Make every delta token of the directory unknown."""
        self.epoch += 1
