"""The words by which companies and contacts are found: folded, each once per entity, read by ranges of the index."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

COMPANY: Final = 1
CONTACT: Final = 2


async def index_words(
    connection: AsyncConnection,
    tenant_id: int,
    of: int,
    texts: Mapping[int, Sequence[str]],
    *,
    is_new: bool = False,
) -> None:
    """Make each entity (`COMPANY` or `CONTACT`) found by the words of its texts, and by nothing else.

    A company's texts are its name and its domains, a contact's its name and its address. Set-wise: one call a page.
    `is_new` says that none of them had words before, which saves looking for old ones.
    """
    raise NotImplementedError
