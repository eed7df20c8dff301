"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
FOLDED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBERED = ("users", "companies", "contacts", "views", "outbox", "audit")
PARTITIONED = ("interactions", "interaction_contacts")
LOCKED = (
    "answered",
    "audit",
    "chores",
    "companies",
    "company_domains",
    "company_relationships",
    "contacts",
    "conversations",
    "interaction_contacts",
    "interactions",
    "known_words",
    "mailbox_feeds",
    "mailboxes",
    "outbox",
    "quarantined",
    "relationships",
    "search_words",
    "subscriptions",
    "tenants",
    "users",
    "view_places",
    "view_shares",
    "views",
)
IS_ALLOWED = """
    tenant_id = (SELECT nullif(current_setting('carnet.tenant_id', true), '')::bigint)
    OR (SELECT current_setting('carnet.is_system', true) = 'on')
"""


def upgrade() -> None:
    create_tables()
    if op.get_bind().dialect.name == "postgresql":
        create_sequences()
        create_default_parts()
        lock_rows()


def create_tables() -> None:
    op.create_table(
        "answered",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("activity_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("answer", JSON, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "activity_digest"),
    )
    op.create_index("answered_by_age", "answered", ["tenant_id", "created_at"], unique=False)
    op.create_table(
        "audit",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("of", sa.String(length=16), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=True),
        sa.Column("before", JSON, nullable=True),
        sa.Column("after", JSON, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("audit_by_subject", "audit", ["tenant_id", "of", "entity_id", "id"], unique=False)
    op.create_table(
        "chores",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("last_success_at", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name"),
    )
    op.create_index("chores_due", "chores", ["name", "due_at"], unique=False)
    op.create_table(
        "companies",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded_name", FOLDED, nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("beginnings", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("contact_count", sa.BigInteger(), nullable=False),
        sa.Column("is_known", sa.Boolean(), nullable=False),
        sa.Column("interaction_count", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "companies_by_count",
        "companies",
        ["tenant_id", "type", "interaction_count", "id", "beginnings", "is_known"],
        unique=False,
        sqlite_where=sa.text("is_known = 1"),
        postgresql_where=sa.text("is_known"),
    )
    op.create_index(
        "companies_by_last",
        "companies",
        ["tenant_id", "last_at", "id", "beginnings", "is_known"],
        unique=False,
        sqlite_where=sa.text("is_known = 1"),
        postgresql_where=sa.text("is_known"),
    )
    op.create_index(
        "companies_by_name",
        "companies",
        ["tenant_id", "type", "folded_name", "id", "beginnings", "is_known"],
        unique=False,
        sqlite_where=sa.text("is_known = 1"),
        postgresql_where=sa.text("is_known"),
    )
    op.create_index(
        "companies_by_partner",
        "companies",
        ["tenant_id", "partner_id", "type", "last_at", "id", "beginnings", "is_known"],
        unique=False,
        sqlite_where=sa.text("is_known = 1"),
        postgresql_where=sa.text("is_known"),
    )
    op.create_index(
        "companies_by_type",
        "companies",
        ["tenant_id", "type", "last_at", "id", "beginnings", "is_known"],
        unique=False,
        sqlite_where=sa.text("is_known = 1"),
        postgresql_where=sa.text("is_known"),
    )
    op.create_index(
        "companies_to_sort_out",
        "companies",
        ["tenant_id", "interaction_count", "id"],
        unique=False,
        sqlite_where=sa.text("is_known = 1 AND (type IS NULL OR partner_id IS NULL)"),
        postgresql_where=sa.text("is_known AND (type IS NULL OR partner_id IS NULL)"),
    )
    op.create_table(
        "company_domains",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "domain"),
        sqlite_with_rowid=False,
    )
    op.create_index("company_domains_by_company", "company_domains", ["tenant_id", "company_id"], unique=False)
    op.create_table(
        "company_relationships",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("company_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_mine", sa.Boolean(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("folded_name", FOLDED, nullable=False),
        sa.Column("beginnings", sa.BigInteger(), nullable=False),
        sa.Column("sent_count", sa.BigInteger(), nullable=False),
        sa.Column("received_count", sa.BigInteger(), nullable=False),
        sa.Column("meeting_count", sa.BigInteger(), nullable=False),
        sa.Column("planned_count", sa.BigInteger(), nullable=False),
        sa.Column("interaction_count", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "company_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "company_relationships_by_company", "company_relationships", ["tenant_id", "company_id"], unique=False
    )
    op.create_index(
        "company_relationships_by_count",
        "company_relationships",
        ["tenant_id", "user_id", "interaction_count", "company_id", "beginnings", "is_mine"],
        unique=False,
        sqlite_where=sa.text("is_mine = 1"),
        postgresql_where=sa.text("is_mine"),
    )
    op.create_index(
        "company_relationships_by_last",
        "company_relationships",
        ["tenant_id", "user_id", "last_at", "company_id", "type", "partner_id", "beginnings", "is_mine"],
        unique=False,
        sqlite_where=sa.text("is_mine = 1"),
        postgresql_where=sa.text("is_mine"),
    )
    op.create_index(
        "company_relationships_by_name",
        "company_relationships",
        ["tenant_id", "user_id", "folded_name", "company_id", "beginnings", "is_mine"],
        unique=False,
        sqlite_where=sa.text("is_mine = 1"),
        postgresql_where=sa.text("is_mine"),
    )
    op.create_index(
        "company_relationships_by_type",
        "company_relationships",
        ["tenant_id", "user_id", "type", "last_at", "company_id", "partner_id", "beginnings", "is_mine"],
        unique=False,
        sqlite_where=sa.text("is_mine = 1"),
        postgresql_where=sa.text("is_mine"),
    )
    op.create_table(
        "contacts",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded_name", FOLDED, nullable=False),
        sa.Column("beginnings", sa.BigInteger(), nullable=False),
        sa.Column("name_rank", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("is_contact", sa.Boolean(), nullable=False),
        sa.Column("is_added", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("sent_count", sa.BigInteger(), nullable=False),
        sa.Column("received_count", sa.BigInteger(), nullable=False),
        sa.Column("meeting_count", sa.BigInteger(), nullable=False),
        sa.Column("planned_count", sa.BigInteger(), nullable=False),
        sa.Column("interaction_count", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "address"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "contacts_by_company",
        "contacts",
        ["tenant_id", "company_id", "last_at", "id", "beginnings", "is_contact"],
        unique=False,
        sqlite_where=sa.text("is_contact = 1"),
        postgresql_where=sa.text("is_contact"),
    )
    op.create_index(
        "contacts_by_company_name",
        "contacts",
        ["tenant_id", "company_id", "folded_name", "id", "beginnings", "is_contact"],
        unique=False,
        sqlite_where=sa.text("is_contact = 1"),
        postgresql_where=sa.text("is_contact"),
    )
    op.create_index(
        "contacts_by_count",
        "contacts",
        ["tenant_id", "interaction_count", "id", "beginnings", "is_contact"],
        unique=False,
        sqlite_where=sa.text("is_contact = 1"),
        postgresql_where=sa.text("is_contact"),
    )
    op.create_index(
        "contacts_by_last",
        "contacts",
        ["tenant_id", "last_at", "id", "beginnings", "is_contact"],
        unique=False,
        sqlite_where=sa.text("is_contact = 1"),
        postgresql_where=sa.text("is_contact"),
    )
    op.create_index(
        "contacts_by_name",
        "contacts",
        ["tenant_id", "folded_name", "id", "beginnings", "is_contact"],
        unique=False,
        sqlite_where=sa.text("is_contact = 1"),
        postgresql_where=sa.text("is_contact"),
    )
    op.create_table(
        "conversations",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.String(length=512), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("service_url", sa.Text(), nullable=False),
        sa.Column("reference", JSON, nullable=False),
        sa.Column("is_reachable", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "conversation_id"),
    )
    op.create_index("conversations_by_user", "conversations", ["tenant_id", "user_id"], unique=False)
    op.create_table(
        "interaction_contacts",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("is_planned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "contact_id", "occurred_at", "user_id", "source_digest"),
        postgresql_partition_by="RANGE (occurred_at)",
        sqlite_with_rowid=False,
    )
    op.create_index(
        "interaction_contacts_of_meeting",
        "interaction_contacts",
        ["tenant_id", "user_id", "source_digest"],
        unique=False,
        sqlite_where=sa.text("kind = 3"),
        postgresql_where=sa.text("kind = 3"),
    )
    op.create_table(
        "interactions",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("is_planned", sa.Boolean(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "source_digest", "occurred_at"),
        postgresql_partition_by="RANGE (occurred_at)",
        sqlite_with_rowid=False,
    )
    op.create_index(
        "interactions_planned",
        "interactions",
        ["tenant_id", "user_id", "occurred_at", "is_planned"],
        unique=False,
        sqlite_where=sa.text("is_planned = 1"),
        postgresql_where=sa.text("is_planned"),
    )
    op.create_table(
        "known_words",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("of", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("word", FOLDED, nullable=False),
        sa.Column("backwards", FOLDED, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "of", "word"),
        sqlite_with_rowid=False,
    )
    op.create_index("known_words_backwards", "known_words", ["tenant_id", "of", "backwards", "word"], unique=False)
    op.create_table(
        "mailbox_feeds",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed", sa.String(length=16), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("finished_round", sa.BigInteger(), nullable=False),
        sa.Column("item_count", sa.BigInteger(), nullable=False),
        sa.Column("page_size", sa.BigInteger(), nullable=False),
        sa.Column("window_ends_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "feed"),
    )
    op.create_table(
        "mailboxes",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.Column("fencing", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("first_success_at", sa.BigInteger(), nullable=False),
        sa.Column("last_success_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id"),
    )
    op.create_index("mailboxes_due", "mailboxes", ["tenant_id", "state", "due_at"], unique=False)
    op.create_index("mailboxes_due_next", "mailboxes", ["due_at"], unique=False)
    op.create_index("mailboxes_held", "mailboxes", ["not_before"], unique=False)
    op.create_index("mailboxes_leased", "mailboxes", ["leased_until"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("group_key", sa.String(length=128), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.String(length=512), nullable=False),
        sa.Column("activity_id", sa.String(length=256), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("outbox_by_entity", "outbox", ["tenant_id", "kind", "entity_id"], unique=False)
    op.create_index("outbox_by_user", "outbox", ["tenant_id", "user_id", "state"], unique=False)
    op.create_index("outbox_due", "outbox", ["state", "due_at"], unique=False)
    op.create_table(
        "quarantined",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("feed", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "source_digest"),
    )
    op.create_table(
        "relationships",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_mine", sa.Boolean(), nullable=False),
        sa.Column("is_added", sa.Boolean(), nullable=False),
        sa.Column("folded_name", FOLDED, nullable=False),
        sa.Column("beginnings", sa.BigInteger(), nullable=False),
        sa.Column("sent_count", sa.BigInteger(), nullable=False),
        sa.Column("received_count", sa.BigInteger(), nullable=False),
        sa.Column("meeting_count", sa.BigInteger(), nullable=False),
        sa.Column("planned_count", sa.BigInteger(), nullable=False),
        sa.Column("interaction_count", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "contact_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("relationships_by_contact", "relationships", ["tenant_id", "contact_id"], unique=False)
    op.create_index(
        "relationships_by_count",
        "relationships",
        ["tenant_id", "user_id", "interaction_count", "contact_id", "beginnings", "is_mine"],
        unique=False,
        sqlite_where=sa.text("is_mine = 1"),
        postgresql_where=sa.text("is_mine"),
    )
    op.create_index(
        "relationships_by_last",
        "relationships",
        ["tenant_id", "user_id", "last_at", "contact_id", "beginnings", "is_mine"],
        unique=False,
        sqlite_where=sa.text("is_mine = 1"),
        postgresql_where=sa.text("is_mine"),
    )
    op.create_index(
        "relationships_by_name",
        "relationships",
        ["tenant_id", "user_id", "folded_name", "contact_id", "beginnings", "is_mine"],
        unique=False,
        sqlite_where=sa.text("is_mine = 1"),
        postgresql_where=sa.text("is_mine"),
    )
    op.create_table(
        "search_words",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("of", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("word", FOLDED, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("beginnings", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "of", "word", "entity_id", postgresql_include=["beginnings"]),
        sqlite_with_rowid=False,
    )
    op.create_index("search_words_by_entity", "search_words", ["tenant_id", "of", "entity_id", "word"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resource", sa.String(length=16), nullable=False),
        sa.Column("graph_id", sa.String(length=64), nullable=False),
        sa.Column("client_state_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("renew_at", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "resource"),
    )
    op.create_index("subscriptions_by_graph_id", "subscriptions", ["graph_id"], unique=False)
    op.create_index("subscriptions_due", "subscriptions", ["renew_at"], unique=False)
    op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entra_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("domains", JSON, nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("contact_rule", sa.String(length=16), nullable=False),
        sa.Column("shares_contacts", sa.Boolean(), nullable=False),
        sa.Column("keeps_subjects", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("retention_days", sa.BigInteger(), nullable=False),
        sa.Column("leaver_days", sa.BigInteger(), nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
        sa.UniqueConstraint("entra_id"),
    )
    op.create_table(
        "users",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entra_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded_name", FOLDED, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("install_state", sa.String(length=16), nullable=False),
        sa.Column("install_retry_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "entra_id"),
    )
    op.create_index("users_by_address", "users", ["tenant_id", "address"], unique=False)
    op.create_index("users_by_name", "users", ["tenant_id", "folded_name"], unique=False)
    op.create_table(
        "view_places",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("view_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "view_id"),
    )
    op.create_table(
        "view_shares",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("view_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "view_id", "user_id"),
    )
    op.create_index("view_shares_by_user", "view_shares", ["tenant_id", "user_id"], unique=False)
    op.create_table(
        "views",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded_name", FOLDED, nullable=False),
        sa.Column("filter", JSON, nullable=False),
        sa.Column("is_shared_with_firm", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "views_by_owner",
        "views",
        ["tenant_id", "owner_id", "folded_name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "views_shared_with_firm",
        "views",
        ["tenant_id", "id", "is_shared_with_firm"],
        unique=False,
        sqlite_where=sa.text("is_shared_with_firm = 1"),
        postgresql_where=sa.text("is_shared_with_firm"),
    )


def create_sequences() -> None:
    """Numbers of rows; SQLite counts on from the highest one."""
    for table in NUMBERED:
        op.execute(f"CREATE SEQUENCE {table}_id")


def create_default_parts() -> None:
    """The part for everything that has none of its own; those by the year are made while the service runs."""
    for table in PARTITIONED:
        op.execute(f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT")


def lock_rows() -> None:
    """Row-level security by tenant; the owner of the tables is held by it too."""
    for table in (*LOCKED, *(f"{table}_rest" for table in PARTITIONED)):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_tenant ON {table} USING ({IS_ALLOWED})")
