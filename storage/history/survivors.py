"""Find which company, or whose contact, another one is shown as since somebody said that they are one."""

from sqlalchemy import select

from storage.engine.connection import Reading
from storage.models import Company, Contact


async def find_survivor(connection: Reading, of: type[Company | Contact], tenant_id: int, number: int) -> int:
    """Return the number of the one into which another was merged, at last; its own if it was not."""
    seen = {number}
    while True:
        asked = select(of.merged_into).where(of.tenant_id == tenant_id, of.id == number)
        above = await connection.scalar(asked)
        if above is None or above in seen:
            return number
        number = above
        seen.add(above)
