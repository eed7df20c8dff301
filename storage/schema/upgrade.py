"""Run the migrations, and compare what they make with the models: all that needs Alembic."""

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from storage.engine.partitions import is_partition
from storage.models import Base
from storage.schema.revisions import SCRIPTS


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def find_differences(connection: Connection) -> list[Any]:
    """Return the differences between the migrations and the models, of which there should be none."""
    options = {"include_name": is_compared, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def is_compared(name: str | None, of: str, parents: object) -> bool:
    """Ignore the partitions of tables, which are made by year and not by a revision."""
    return not (of == "table" and name is not None and is_partition(name))
