"""Which firm of an installation a command is about."""

from collections.abc import Sequence

from bot.config import read_id
from bot.language import say
from storage.engine.connection import Reading
from storage.queue.health import Firm, list_firms


async def find_firms(connection: Reading, tenant: str, language: str) -> Sequence[Firm]:
    """Return the firm that an option names, or all where it names none; raises `ValueError` with a sentence."""
    wanted = read_id(tenant) if tenant.strip() else ""
    firms = [firm for firm in await list_firms(connection) if not wanted or firm.entra_id == wanted]
    if wanted and not firms:
        raise ValueError(say(language, "firm.cli.unknown", tenant=wanted))
    return firms
