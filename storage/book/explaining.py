"""Why an address that nobody ever met in a mailbox can be no contact."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.history.own_addresses import REASON, is_own_address
from storage.models import Tenant
from storage.text.addresses import parse_address
from storage.text.domains import is_below
from storage.text.machines import find_machine
from storage.viewer import Viewer


async def explain_address(connection: AsyncConnection, viewer: Viewer, raw: str) -> str:
    """Give the reason code why an address is never a contact's; empty for one that might be.

    `internal`, `own_address`, one of `storage.text.addresses.Address.reason`, or one of
    `storage.text.machines.find_machine`.
    """
    address = parse_address(raw)
    if address.reason:
        return address.reason
    domains = await connection.scalar(select(Tenant.domains).where(Tenant.tenant_id == viewer.tenant_id))
    if is_below(address.domain, domains or ()):
        return "internal"
    is_own = await is_own_address(connection, viewer, address.address)
    return find_machine(address) or (REASON if is_own else "")
