"""The tables of the first release."""

from alembic import op
from sqlalchemy import text

from storage.models import Base
from storage.partitions import list_default_parts
from storage.rls import list_policies
from storage.statistics import write_statistics

revision = "0001"
down_revision = None


def upgrade() -> None:
    connection = op.get_bind()
    Base.metadata.create_all(connection)
    write_statistics(connection)
    if connection.dialect.name == "postgresql":
        for statement in (*list_default_parts(), *list_policies()):
            connection.execute(text(statement))
