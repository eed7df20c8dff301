"""A person of the firm, as the directory knows them."""

from dataclasses import dataclass, field
from typing import Any

from bot.demo.world.mailbox import Mailbox


@dataclass(slots=True, eq=False)
class Person:
    """One Entra user."""

    id: str
    """Entra object id."""
    name: str
    address: str
    mailbox: Mailbox
    language: str | None = None
    """`preferredLanguage`, such as `fr-FR`."""
    title: str | None = None
    is_enabled: bool = True
    kind: str = "Member"
    """`Member` or `Guest`."""
    is_deleted: bool = False

    @property
    def addresses(self) -> list[str]:
        """Every address that reaches them, lower case; the primary one first."""
        return self.mailbox.addresses

    def describe(self) -> dict[str, Any]:
        """Return the properties of Graph's `user`."""
        return {
            "id": self.id,
            "displayName": self.name,
            "mail": self.address or None,
            "userPrincipalName": self.address or f"{self.id}@invalid",
            "preferredLanguage": self.language,
            "accountEnabled": self.is_enabled,
            "userType": self.kind,
            "jobTitle": self.title,
            "givenName": self.name.split(" ")[0] or None,
            "surname": self.name.split(" ")[-1] or None,
            "businessPhones": [],
            "mobilePhone": None,
            "officeLocation": None,
            "proxyAddresses": [f"{'smtp' if at else 'SMTP'}:{address}" for at, address in enumerate(self.addresses)],
        }


@dataclass(slots=True, eq=False)
class Group:
    """One Entra group."""

    id: str
    name: str
    members: list[Person] = field(default_factory=list)
