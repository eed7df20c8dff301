"""The tables: what Carnet keeps, and nothing else.

Every key begins with `tenant_id`, so that no row can be reached without saying whose it is and so that the schema
distributes by tenant. Times are whole UTC seconds since 1970 (`*_at`); 0 in `occurred_at` means that the mail carried
no believable date. No body, preview or attachment has a column here, and a test holds that.
"""

import enum
import re
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

BigInt = BigInteger
Json = JSON().with_variant(JSONB(), "postgresql")
Folded = Text().with_variant(Text(collation="C"), "postgresql")
"""Folded text, in the order of its code points on every database: what SQLite and Python do anyway."""


def partial_index(name: str, *columns: str, where: str) -> Index:
    """Index the rows for which the booleans in `where` hold; a query uses it only if it says the same.

    SQLite knows no booleans: there SQLAlchemy writes `is_mine = 1` where PostgreSQL gets `is_mine`. It also reads the
    boolean of every row again, which must not cost a look at the row: so a single one is the index's last column.
    """
    on_sqlite = re.sub(r"\b(is_\w+)\b", r"\1 = 1", where)
    columns = (*columns, where) if where.isidentifier() else columns
    return Index(name, *columns, sqlite_where=text(on_sqlite), postgresql_where=text(where))


UNSERVED: Final = ("closed",)
"""States of a tenant whose people are strangers, and of which nothing is read."""
EVERY_BEGINNING = -1
"""All marks there are: it may have any word."""


def order_index(name: str, *columns: str, where: str) -> Index:
    """Index the rows of a list in one of its orders, and how their words begin.

    A walk in that order passes over what lacks the words asked for without a look at the row.
    """
    return partial_index(name, *columns, "beginnings", where=where)


class CompanyType(enum.StrEnum):
    """What a company is to the firm; a person decides it, and `None` means nobody has yet."""

    CLIENT = "client"
    PROSPECT = "prospect"
    REFERRAL_SOURCE = "referral_source"
    PROVIDER = "provider"
    COURT = "court"
    COUNTERPART = "counterpart"


class Kind(enum.IntEnum):
    """What an interaction was, seen from the user whose mailbox it is in."""

    SENT = 1
    RECEIVED = 2
    MEETING = 3


class Invitation(enum.IntEnum):
    """What an invitation is worth that a stranger sent and the user has not answered."""

    ANSWERED = 0
    """No such invitation: a mail, a meeting of the firm's own, one that the user accepted."""
    KNOWN = 1
    """The organiser is the user's contact by something else: it counts as a meeting."""
    STRANGE = 2
    """The organiser is not: its people are only seen."""


class Kept(enum.IntEnum):
    """How much of a relationship is its user's alone."""

    NOTHING = 0
    """Colleagues may know all of it; the columns `open_*` say nothing then."""
    SOME = 1
    """A bcc or a personal meeting is among it; colleagues may know what the columns `open_*` say."""
    ALL = 2
    """The user keeps it, or it is with somebody at a free-mail provider and was never shared."""


class Feed(enum.StrEnum):
    """What is followed of one mailbox: three deltas, and the list of the mail that is filed."""

    INBOX = "inbox"
    SENT = "sentitems"
    CALENDAR = "calendar"
    FILED = "filed"
    """The mail in all other folders; neither junk nor what was deleted or never sent."""


class Base(DeclarativeBase):
    """The metadata of every table."""


class KeptColumns:
    """What of a relationship is its user's alone, and what colleagues may know of it."""

    kept: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    """`Kept`."""
    is_kept_contact: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    """Something is kept, and to its user they are a contact (or a company with one), whatever colleagues know."""
    open_sent_count: Mapped[int] = mapped_column(BigInt, default=0, server_default=text("0"))
    open_received_count: Mapped[int] = mapped_column(BigInt, default=0, server_default=text("0"))
    open_meeting_count: Mapped[int] = mapped_column(BigInt, default=0, server_default=text("0"))
    open_planned_count: Mapped[int] = mapped_column(BigInt, default=0, server_default=text("0"))
    open_interaction_count: Mapped[int] = mapped_column(BigInt, default=0, server_default=text("0"))
    open_first_at: Mapped[int] = mapped_column(BigInt, default=0, server_default=text("0"))
    open_last_at: Mapped[int] = mapped_column(BigInt, default=0, server_default=text("0"))


class Tenant(Base):
    """One firm's Microsoft 365 tenant, with the firm's own settings."""

    __tablename__ = "tenants"

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    entra_id: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(Text, default="")
    domains: Mapped[list[str]] = mapped_column(Json, default=list)
    """Verified domains, lower case; they and all that is below them are inside the firm."""
    language: Mapped[str] = mapped_column(String(8), default="en")
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    contact_rule: Mapped[str] = mapped_column(String(16), default="outreach")
    """`outreach`: wrote to or met makes a contact; `exchange`: they must have answered too."""
    shares_contacts: Mapped[bool] = mapped_column(Boolean, default=True)
    """False keeps colleagues' contacts back and leaves the companies."""
    keeps_subjects: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(16), default="active")
    """`active`, `paused` (consent withdrawn), `needs_admin` (credentials refused) or `closed` (taken out of the
    settings); `reason` is the code of why."""
    reason: Mapped[str] = mapped_column(Text, default="")
    retention_days: Mapped[int] = mapped_column(BigInt, default=0)
    """Days after which interactions are deleted; 0 keeps them."""
    kept_from: Mapped[int] = mapped_column(BigInt, default=0, server_default=text("0"))
    """Nothing older is taken in or kept; moved on only while our clock and Microsoft's agree. 0 keeps everything."""
    shown_from: Mapped[int] = mapped_column(BigInt, default=0, server_default=text("0"))
    """Nothing older is shown while a purge is still to delete it; 0 where there is no such thing."""
    installation: Mapped[str] = mapped_column(String(36), default="", server_default=text("''"))
    """What the addresses of our subscriptions carry, so that we end none that another installation made."""
    leaver_days: Mapped[int] = mapped_column(BigInt, default=-1)
    """Days after which what a leaver's mailbox gave is deleted; -1 keeps it for the firm."""
    serves: Mapped[str] = mapped_column(String(16), default="mailboxes", server_default=text("'mailboxes'"))
    """Who may use the service: `mailboxes` (those whose mailboxes are read), `everyone`, or a `group`."""
    shows_lately: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    """False leaves out what happened last with a contact or company."""
    settings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[int] = mapped_column(BigInt, default=0)


class FirmRule(Base):
    """One rule of a firm, and who gave it; what queries join is copied to the firm's own row when it changes."""

    __tablename__ = "firm_rules"

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    is_first: Mapped[bool] = mapped_column(Boolean, default=True)
    """The environment gave it; what an administrator gave, the environment changes no more."""
    actor_id: Mapped[int | None] = mapped_column(BigInt)
    changed_at: Mapped[int] = mapped_column(BigInt, default=0)


class User(Base):
    """A person of the firm, known by (tenant, Entra object id), never by address."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("tenant_id", "entra_id"),
        Index("users_by_name", "tenant_id", "folded_name"),
        Index("users_by_address", "tenant_id", "address"),
    )

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    entra_id: Mapped[str] = mapped_column(String(36))
    name: Mapped[str] = mapped_column(Text)
    folded_name: Mapped[str] = mapped_column(Folded)
    address: Mapped[str] = mapped_column(Text, default="")
    own_addresses: Mapped[dict[str, bool | None]] = mapped_column(Json, default=dict, server_default=text("'{}'"))
    """What they said of addresses outside the firm: True for "that is me", False for "that is not me"; None for one
    that looks like theirs, of which they were told."""
    own_checked_name: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    """The name by which it was last looked whether a contact of theirs is an address of their own."""
    aliases: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    """Their other addresses in the directory, lower case, with a space between them."""
    language: Mapped[str] = mapped_column(String(8), default="")
    timezone: Mapped[str] = mapped_column(String(64), default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    left_at: Mapped[int] = mapped_column(BigInt, default=0)
    """Since when a person is not active any more, as clocks that agree say; 0 until they did."""
    is_admin: Mapped[bool] = mapped_column(Boolean, default=False)
    may_use: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    """Whether the firm's rules serve this person, as the last look at the directory and its groups found."""
    settings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """How this person wants notices: hours, digest, muted kinds."""
    install_state: Mapped[str] = mapped_column(String(16), default="")
    """Of the app in Teams, where the firm lets us install it: `installed`, `refused`, or empty: never tried."""
    install_retry_at: Mapped[int] = mapped_column(BigInt, default=0)


class Mailbox(Base):
    """One user's mailbox: its state, and at the same time its place in the queue."""

    __tablename__ = "mailboxes"
    __table_args__ = (
        Index("mailboxes_due", "tenant_id", "state", "due_at"),
        Index("mailboxes_due_next", "due_at"),
        Index("mailboxes_held", "not_before"),
        Index("mailboxes_leased", "leased_until"),
    )

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(16), default="new")
    """`new`, `syncing` (first round), `current`, `retrying`, `skipped` (no mailbox there), `forbidden`, `stopped`."""
    due_at: Mapped[int | None] = mapped_column(BigInt)
    """NULL while a worker has it, unless it has become due again meanwhile; and when it is stopped."""
    leased_until: Mapped[int] = mapped_column(BigInt, default=0)
    fencing: Mapped[int] = mapped_column(BigInt, default=0)
    """Raised by every lease; a write that carries an older number is refused."""
    failures: Mapped[int] = mapped_column(BigInt, default=0)
    not_before: Mapped[int] = mapped_column(BigInt, default=0)
    """Microsoft asked not to be called earlier, or the last try failed: nothing makes the mailbox due before this."""
    created_at: Mapped[int] = mapped_column(BigInt, default=0)
    first_success_at: Mapped[int] = mapped_column(BigInt, default=0)
    """When its first sync came to an end; with `created_at` it gives the pace of a firm's first sync."""
    last_success_at: Mapped[int] = mapped_column(BigInt, default=0)
    last_news_at: Mapped[int] = mapped_column(BigInt, default=0, server_default=text("0"))
    """When a sync last brought a new mail or meeting."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """The code of why it is not current, or `code:detail`; empty when all is well."""


class MailboxFeed(Base):
    """Where one delta feed of a mailbox stands; written in the transaction of the page that it follows."""

    __tablename__ = "mailbox_feeds"

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    feed: Mapped[str] = mapped_column(String(16), primary_key=True)
    link: Mapped[str] = mapped_column(Text, default="")
    """The next link inside a round, the delta link after it; empty before the first page."""
    is_current: Mapped[bool] = mapped_column(Boolean, default=False)
    """The first round (or a full resync) has reached its delta link."""
    round: Mapped[int] = mapped_column(BigInt, default=0)
    """Raised whenever the feed is read from scratch: what such a round has not seen when it ends is swept."""
    finished_round: Mapped[int] = mapped_column(BigInt, default=0)
    """The last round that was read from scratch to its end; behind `round` while one is under way."""
    item_count: Mapped[int] = mapped_column(BigInt, default=0)
    page_size: Mapped[int] = mapped_column(BigInt, default=500)
    window_ends_at: Mapped[int] = mapped_column(BigInt, default=0)
    """Calendar only: the end of the calendarView window that `link` belongs to."""
    stale_round: Mapped[int] = mapped_column(BigInt, default=0, server_default=text("0"))
    """Calendar only: the last round that may have listed what was deleted since."""


class Company(Base):
    """The organisation behind one or more mail domains."""

    __tablename__ = "companies"
    __table_args__ = (
        order_index("companies_by_last", "tenant_id", "last_at", "id", where="is_known"),
        order_index("companies_by_type", "tenant_id", "type", "last_at", "id", where="is_known"),
        order_index("companies_by_partner", "tenant_id", "partner_id", "type", "last_at", "id", where="is_known"),
        order_index("companies_by_name", "tenant_id", "type", "folded_name", "id", where="is_known"),
        order_index("companies_by_count", "tenant_id", "type", "interaction_count", "id", where="is_known"),
        order_index("companies_by_first", "tenant_id", "type", "first_at", "id", where="is_known"),
        partial_index(
            "companies_to_sort_out",
            "tenant_id",
            "interaction_count",
            "id",
            where="is_known AND (type IS NULL OR partner_id IS NULL)",
        ),
        Index(
            "companies_of_person",
            *("tenant_id", "person_id"),
            sqlite_where=text("person_id IS NOT NULL"),
            postgresql_where=text("person_id IS NOT NULL"),
        ),
        Index(
            "companies_merged",
            *("tenant_id", "merged_into"),
            sqlite_where=text("merged_into IS NOT NULL"),
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    folded_name: Mapped[str] = mapped_column(Folded)
    """`fold_name` of the name; copied to `company_relationships`."""
    is_provisional: Mapped[bool] = mapped_column(Boolean, default=True)
    """The name was taken from a domain; nobody has confirmed it."""
    beginnings: Mapped[int] = mapped_column(BigInt, default=EVERY_BEGINNING)
    """Of its `search_words`; copied to `company_relationships`, as those of a contact are to `relationships`."""
    type: Mapped[str | None] = mapped_column(String(16))
    """Type, partner and folded name are copied to `company_relationships`. A sync that adds rows there takes them from
    here after it has updated (and so locked) this row, or a change made meanwhile would be lost on the copy."""
    partner_id: Mapped[int | None] = mapped_column(BigInt)
    version: Mapped[int] = mapped_column(BigInt, default=1)
    """Raised by every change a person makes; a card carries it, so that a stale click is seen."""
    contact_count: Mapped[int] = mapped_column(BigInt, default=0)
    is_known: Mapped[bool] = mapped_column(Boolean, default=False)
    """It has at least one contact: only known companies are shown in lists."""
    interaction_count: Mapped[int] = mapped_column(BigInt, default=0)
    first_at: Mapped[int] = mapped_column(BigInt, default=0)
    last_at: Mapped[int] = mapped_column(BigInt, default=0)
    created_at: Mapped[int] = mapped_column(BigInt, default=0)
    merged_into: Mapped[int | None] = mapped_column(BigInt)
    """Somebody said that it is one with that company, where its domains and people count until they are parted."""
    person_id: Mapped[int | None] = mapped_column(BigInt)
    """It is the one person of that contact, a private client; NULL for all others."""


class CompanyDomain(Base):
    """A registrable domain and the company behind it."""

    __tablename__ = "company_domains"
    __table_args__ = (Index("company_domains_by_company", "tenant_id", "company_id"), {"sqlite_with_rowid": False})

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    domain: Mapped[str] = mapped_column(String(255), primary_key=True)
    company_id: Mapped[int] = mapped_column(BigInt)
    """Where it counts."""
    home_id: Mapped[int | None] = mapped_column(BigInt)
    """Whose it is by itself, where that company was merged into another; NULL where it is the same."""


class Contact(Base):
    """An outside person; `is_contact` is False while they have only written in (*seen*).

    Counts, dates and `is_contact` are what the whole firm may know: what its users keep to themselves is in none.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "address"),
        order_index("contacts_by_last", "tenant_id", "last_at", "id", where="is_contact"),
        order_index("contacts_by_company", "tenant_id", "company_id", "last_at", "id", where="is_contact"),
        order_index("contacts_by_company_name", "tenant_id", "company_id", "folded_name", "id", where="is_contact"),
        order_index("contacts_by_name", "tenant_id", "folded_name", "id", where="is_contact"),
        order_index("contacts_by_count", "tenant_id", "interaction_count", "id", where="is_contact"),
        order_index("contacts_by_first", "tenant_id", "first_at", "id", where="is_contact"),
        *(
            Index(
                f"contacts_of_person{name}",
                *("tenant_id", column),
                sqlite_where=text("person_id IS NOT NULL"),
                postgresql_where=text("person_id IS NOT NULL"),
            )
            for name, column in (("", "person_id"), ("_by_name", "folded_name"), ("_by_company", "company_id"))
        ),
        {"sqlite_with_rowid": False},
    )

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    address: Mapped[str] = mapped_column(String(320))
    """Normal form: lower case, IDNA domain. Identity, with the tenant."""
    name: Mapped[str] = mapped_column(Text, default="")
    folded_name: Mapped[str] = mapped_column(Folded, default="")
    """`fold_name` of the name; copied to `relationships`."""
    beginnings: Mapped[int] = mapped_column(BigInt, default=EVERY_BEGINNING)
    name_rank: Mapped[int] = mapped_column(BigInt, default=0)
    """How good the evidence for `name` is; a better or newer one replaces it, whatever the order of arrival."""
    company_id: Mapped[int | None] = mapped_column(BigInt)
    is_contact: Mapped[bool] = mapped_column(Boolean, default=False)
    is_added: Mapped[bool] = mapped_column(Boolean, default=False)
    """A person added them by hand, and does not keep them back: `is_contact` stays True whatever is derived."""
    reason: Mapped[str] = mapped_column(String(32), default="")
    """The reason code of the last decision, which a person can be shown."""
    sent_count: Mapped[int] = mapped_column(BigInt, default=0)
    received_count: Mapped[int] = mapped_column(BigInt, default=0)
    meeting_count: Mapped[int] = mapped_column(BigInt, default=0)
    planned_count: Mapped[int] = mapped_column(BigInt, default=0)
    interaction_count: Mapped[int] = mapped_column(BigInt, default=0)
    first_at: Mapped[int] = mapped_column(BigInt, default=0)
    last_at: Mapped[int] = mapped_column(BigInt, default=0)
    created_at: Mapped[int] = mapped_column(BigInt, default=0)
    merged_into: Mapped[int | None] = mapped_column(BigInt)
    """Somebody said that this is another address of that person, until they are parted."""
    person_id: Mapped[int | None] = mapped_column(BigInt)
    """Of several addresses of one person (`merged_into` of all of them says which): the one that stands for all in
    lists and counts what was with any of them; the others are no contacts and keep what they had. NULL for a person
    with one address."""


class Interaction(Base):
    """One mail exchanged or one meeting held (or planned), in one user's mailbox."""

    __tablename__ = "interactions"
    __table_args__ = (
        partial_index("interactions_planned", "tenant_id", "user_id", "occurred_at", where="is_planned"),
        partial_index(
            "interactions_by_organizer", "tenant_id", "user_id", "organizer_id", where="organizer_id IS NOT NULL"
        ),
        {"sqlite_with_rowid": False, "postgresql_partition_by": "RANGE (occurred_at)"},
    )

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    source_digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    """16 bytes of BLAKE2b: of Message-ID and time for a mail, which outlive every move; of Graph's id for a meeting."""
    occurred_at: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    message_digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    """16 bytes of BLAKE2b of internetMessageId or iCalUId: joins the copies across mailboxes."""
    kind: Mapped[int] = mapped_column(SmallInteger)
    is_planned: Mapped[bool] = mapped_column(Boolean, default=False)
    """A meeting still to come: it makes a contact, and counts as an interaction once it was held."""
    round: Mapped[int] = mapped_column(BigInt, default=0)
    subject: Mapped[str | None] = mapped_column(Text)
    """Content: stays NULL unless the firm turned subjects on."""
    invitation: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    """`Invitation`: whether it counts; copied to those who take part."""
    organizer_id: Mapped[int | None] = mapped_column(BigInt)
    """Whom an unanswered invitation depends on: a contact, minus the number of a colleague whose own calendar has to
    show it, or 0 for nobody who could be a contact; NULL for all else."""


class InteractionContact(Base):
    """Who was on the other side of an interaction, ordered for a contact's timeline."""

    __tablename__ = "interaction_contacts"
    __table_args__ = (
        Index(
            "interaction_contacts_of_meeting",
            "tenant_id",
            "user_id",
            "source_digest",
            sqlite_where=text("kind = 3"),
            postgresql_where=text("kind = 3"),
        ),
        {"sqlite_with_rowid": False, "postgresql_partition_by": "RANGE (occurred_at)"},
    )

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    contact_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    occurred_at: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    source_digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    kind: Mapped[int] = mapped_column(SmallInteger)
    is_planned: Mapped[bool] = mapped_column(Boolean, default=False)
    invitation: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    is_bcc: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    """The others on the mail do not know: it is the sender's alone, and on no line with them."""


class Relationship(KeptColumns, Base):
    """What one user has had with one contact."""

    __tablename__ = "relationships"
    __table_args__ = (
        Index("relationships_by_contact", "tenant_id", "contact_id"),
        order_index("relationships_by_last", "tenant_id", "user_id", "last_at", "contact_id", where="is_mine"),
        order_index("relationships_by_name", "tenant_id", "user_id", "folded_name", "contact_id", where="is_mine"),
        order_index(
            "relationships_by_count", "tenant_id", "user_id", "interaction_count", "contact_id", where="is_mine"
        ),
        Index(
            "relationships_kept",
            *("tenant_id", "user_id", "contact_id"),
            sqlite_where=text("kept > 0"),
            postgresql_where=text("kept > 0"),
        ),
        {"sqlite_with_rowid": False},
    )

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    contact_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    is_mine: Mapped[bool] = mapped_column(Boolean, default=False)
    """The user wrote to or met (or is to meet) the contact, or added them: the one meaning of scope `mine`."""
    is_added: Mapped[bool] = mapped_column(Boolean, default=False)
    """The user added the contact by hand: `is_mine` stays True whatever is derived."""
    is_removed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    """The user took the contact off their own, or it is no person: `is_mine` stays False."""
    folded_name: Mapped[str] = mapped_column(Folded, default="")
    """The contact's, copied so that a list by name is one index scan."""
    beginnings: Mapped[int] = mapped_column(BigInt, default=EVERY_BEGINNING)
    sent_count: Mapped[int] = mapped_column(BigInt, default=0)
    received_count: Mapped[int] = mapped_column(BigInt, default=0)
    meeting_count: Mapped[int] = mapped_column(BigInt, default=0)
    planned_count: Mapped[int] = mapped_column(BigInt, default=0)
    interaction_count: Mapped[int] = mapped_column(BigInt, default=0)
    first_at: Mapped[int] = mapped_column(BigInt, default=0)
    last_at: Mapped[int] = mapped_column(BigInt, default=0)


class CompanyRelationship(KeptColumns, Base):
    """What one user has had with one company; type, partner and name are copies: a list is one index scan."""

    __tablename__ = "company_relationships"
    __table_args__ = (
        Index("company_relationships_by_company", "tenant_id", "company_id"),
        order_index(
            "company_relationships_by_last",
            *("tenant_id", "user_id", "last_at", "company_id", "type", "partner_id"),
            where="is_mine",
        ),
        order_index(
            "company_relationships_by_type",
            *("tenant_id", "user_id", "type", "last_at", "company_id", "partner_id"),
            where="is_mine",
        ),
        order_index(
            "company_relationships_by_name", "tenant_id", "user_id", "folded_name", "company_id", where="is_mine"
        ),
        order_index(
            "company_relationships_by_count", "tenant_id", "user_id", "interaction_count", "company_id", where="is_mine"
        ),
        {"sqlite_with_rowid": False},
    )

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    company_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    is_mine: Mapped[bool] = mapped_column(Boolean, default=False)
    """One of the user's own contacts is there."""
    type: Mapped[str | None] = mapped_column(String(16))
    partner_id: Mapped[int | None] = mapped_column(BigInt)
    folded_name: Mapped[str] = mapped_column(Folded, default="")
    beginnings: Mapped[int] = mapped_column(BigInt, default=EVERY_BEGINNING)
    sent_count: Mapped[int] = mapped_column(BigInt, default=0)
    received_count: Mapped[int] = mapped_column(BigInt, default=0)
    meeting_count: Mapped[int] = mapped_column(BigInt, default=0)
    planned_count: Mapped[int] = mapped_column(BigInt, default=0)
    interaction_count: Mapped[int] = mapped_column(BigInt, default=0)
    first_at: Mapped[int] = mapped_column(BigInt, default=0)
    last_at: Mapped[int] = mapped_column(BigInt, default=0)


class Keep(Base):
    """What a user said of a contact or a company: keep it to myself, or share it again.

    The row has a digest in place of the address, so the choice still holds if the contact is deleted and comes back.
    """

    __tablename__ = "keeps"

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    """16 bytes of BLAKE2b of an address, or of `@` and a company's domain."""
    is_kept: Mapped[bool] = mapped_column(Boolean, default=True)


class Removal(Base):
    """Whom a user took off their contacts, or what is nobody's contact, since it is no person (user 0).

    A digest in place of the address, as in `keeps`: it holds for who is deleted and comes back.
    """

    __tablename__ = "removals"

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    """16 bytes of BLAKE2b of an address."""


class BulkRead(Base):
    """What a user was given of contacts in the last minutes, by whatever process: much of it is an export."""

    __tablename__ = "bulk_reads"

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    began_at: Mapped[int] = mapped_column(BigInt, default=0)
    seen: Mapped[list[int]] = mapped_column(Json, default=list)
    """The numbers of the contacts."""
    recorded: Mapped[int] = mapped_column(BigInt, default=0)
    """How many of them are in the audit as an export."""


class Talk(Base):
    """What a person was shown last in a conversation: what "this" means in it, and what goes on from it."""

    __tablename__ = "talks"

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    is_in_public: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    """Others read along: what was said in private is not gone on with there."""
    shown: Mapped[list[Any]] = mapped_column(Json, default=list)
    """Names and values, the latest at the end: a filter, the numbers of what was shown; never what it said."""
    is_asked: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    """The last answer was a question."""
    changed_at: Mapped[int] = mapped_column(BigInt, default=0)
    """In milliseconds, unlike all other times."""


class Number(Base):
    """The highest number of rows that were deleted: numbers are never given twice, and SQLite has no sequences."""

    __tablename__ = "numbers"

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    """The table."""
    highest: Mapped[int] = mapped_column(BigInt)


class SearchWord(Base):
    """One folded word of a company's or a contact's names, domains and addresses: free text is a prefix range scan."""

    __tablename__ = "search_words"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "of", "word", "entity_id", postgresql_include=["beginnings"]),
        Index("search_words_by_entity", "tenant_id", "of", "entity_id", "word"),
        {"sqlite_with_rowid": False},
    )

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    of: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """1 a company, 2 a contact."""
    word: Mapped[str] = mapped_column(Folded, primary_key=True)
    """At most 64 characters."""
    entity_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    beginnings: Mapped[int] = mapped_column(BigInt, default=EVERY_BEGINNING)
    """Marks of all words of the entity, as `search.mark_beginnings` sets them: who looks for several words reads those
    of one, and passes over what cannot have the others."""


class KnownWord(Base):
    """A word that occurs in `search_words`, forwards and backwards: mistyped words are looked up by either end."""

    __tablename__ = "known_words"
    __table_args__ = (
        Index("known_words_backwards", "tenant_id", "of", "backwards", "word"),
        {"sqlite_with_rowid": False},
    )

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    of: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(Folded, primary_key=True)
    backwards: Mapped[str] = mapped_column(Folded)


class View(Base):
    """A named filter with an owner."""

    __tablename__ = "views"
    __table_args__ = (
        Index(
            "views_by_owner",
            *("tenant_id", "owner_id", "folded_name"),
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        partial_index("views_shared_with_firm", "tenant_id", "id", where="is_shared_with_firm"),
    )

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    owner_id: Mapped[int] = mapped_column(BigInt)
    name: Mapped[str] = mapped_column(Text)
    folded_name: Mapped[str] = mapped_column(Folded)
    filter: Mapped[dict[str, Any]] = mapped_column(Json)
    is_shared_with_firm: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(BigInt, default=1)
    deleted_at: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[int] = mapped_column(BigInt, default=0)


class ViewShare(Base):
    """A named user with whom a view is shared."""

    __tablename__ = "view_shares"
    __table_args__ = (Index("view_shares_by_user", "tenant_id", "user_id"),)

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    view_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)


class ViewPlace(Base):
    """How one reader keeps one view, be it built in (its number is negative), the reader's own or shared."""

    __tablename__ = "view_places"

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    view_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    position: Mapped[int | None] = mapped_column(BigInt)
    """NULL: behind those that were moved, in the order of their numbers."""
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    is_hidden: Mapped[bool] = mapped_column(Boolean, default=False)


class Conversation(Base):
    """Where the bot can speak to a user: a conversation reference, refreshed by every activity."""

    __tablename__ = "conversations"
    __table_args__ = (Index("conversations_by_user", "tenant_id", "user_id"),)

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    conversation_id: Mapped[str] = mapped_column(String(512), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(BigInt)
    """The person of a personal chat; NULL in a group chat or a channel."""
    service_url: Mapped[str] = mapped_column(Text)
    reference: Mapped[dict[str, Any]] = mapped_column(Json)
    is_reachable: Mapped[bool] = mapped_column(Boolean, default=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[int] = mapped_column(BigInt, default=0)


class Answered(Base):
    """An activity that had its effect, with the answer that a second delivery gets."""

    __tablename__ = "answered"
    __table_args__ = (Index("answered_by_age", "tenant_id", "created_at"),)

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    activity_digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[int] = mapped_column(BigInt, default=0)


class Outbox(Base):
    """A notice to be said after the transaction that wrote it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_due", "state", "due_at"),
        Index("outbox_by_user", "tenant_id", "user_id", "state"),
        Index("outbox_by_entity", "tenant_id", "kind", "entity_id"),
    )

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt)
    kind: Mapped[str] = mapped_column(String(32))
    group_key: Mapped[str] = mapped_column(String(128), default="")
    """What came together: rows of one user with one key become one message."""
    entity_id: Mapped[int] = mapped_column(BigInt, default=0)
    """The contact, company, view or message that the notice is about; names are read when it is said."""
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(16), default="pending")
    """`pending`, `sending`, `sent`, `unknown` (may have been delivered; never sent again), `failed`, `dropped`."""
    due_at: Mapped[int] = mapped_column(BigInt, default=0)
    attempts: Mapped[int] = mapped_column(BigInt, default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    conversation_id: Mapped[str] = mapped_column(String(512), default="")
    activity_id: Mapped[str] = mapped_column(String(256), default="")
    created_at: Mapped[int] = mapped_column(BigInt, default=0)
    sent_at: Mapped[int | None] = mapped_column(BigInt)


class Subscription(Base):
    """A Graph subscription of ours for one mailbox."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index("subscriptions_by_graph_id", "graph_id"), Index("subscriptions_due", "renew_at"))

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    resource: Mapped[str] = mapped_column(String(16), primary_key=True)
    """`messages` or `events`."""
    graph_id: Mapped[str] = mapped_column(String(64), default="")
    client_state_digest: Mapped[bytes] = mapped_column(LargeBinary(32), default=b"")
    """SHA-256 of the random client state; the state itself is not kept."""
    state: Mapped[str] = mapped_column(String(16), default="wanted")
    """`wanted` (to be created), `active`, `refused` (Microsoft does not let us; tried again now and then), `unwanted`
    (to be deleted, then the row goes)."""
    expires_at: Mapped[int] = mapped_column(BigInt, default=0)
    renew_at: Mapped[int] = mapped_column(BigInt, default=0)
    """When the next call to Graph is due; a claim moves it on, so that a crash is only a later try."""
    failures: Mapped[int] = mapped_column(BigInt, default=0)
    reason: Mapped[str] = mapped_column(Text, default="")


class Chore(Base):
    """Periodic work of one tenant, and at the same time its place in the queue."""

    __tablename__ = "chores"
    __table_args__ = (Index("chores_due", "name", "due_at"),)

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    """`directory`, `subscriptions` (the audit against Graph's own list) or `retention`."""
    due_at: Mapped[int] = mapped_column(BigInt, default=0)
    """A claim moves it on, so that a crash is only a later try."""
    failures: Mapped[int] = mapped_column(BigInt, default=0)
    last_success_at: Mapped[int] = mapped_column(BigInt, default=0)
    link: Mapped[str] = mapped_column(Text, default="")
    """What the next run starts from: a directory's delta link, the address to which subscriptions told at the audit."""
    reason: Mapped[str] = mapped_column(Text, default="")


class Quarantined(Base):
    """An item that could not be understood; kept by digest and reason so that it is counted, not lost from sight."""

    __tablename__ = "quarantined"

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    source_digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    feed: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[int] = mapped_column(BigInt, default=0)


class Audit(Base):
    """Who changed what, from what to what, when and from where. Append-only."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_by_subject", "tenant_id", "of", "entity_id", "id"),
        Index("audit_by_action", "tenant_id", "action", "at"),
    )

    tenant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    at: Mapped[int] = mapped_column(BigInt)
    actor_id: Mapped[int | None] = mapped_column(BigInt)
    source: Mapped[str] = mapped_column(String(16))
    """`chat`, `group`, `pane`, `tab`, `extension`, `sync`, `admin`, `environment`."""
    action: Mapped[str] = mapped_column(String(32))
    of: Mapped[str] = mapped_column(String(16))
    entity_id: Mapped[int | None] = mapped_column(BigInt)
    change_set: Mapped[int | None] = mapped_column(BigInt)
    """The number of the first row that was written in the same go; None in rows of an older release."""
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
