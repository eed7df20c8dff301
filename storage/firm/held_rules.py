"""Rules of the environment that a firm does not follow yet: they would delete something, and nobody has agreed."""

from collections.abc import Collection

from sqlalchemy import select

from storage.engine.connection import Reading
from storage.firm.rule_preview import LOSING, Loss, preview_loss
from storage.firm.rule_values import FirmRules, list_values, make_rules
from storage.firm.rules import list_rules
from storage.models import UNSERVED, FirmRule, Tenant


async def list_held(connection: Reading, tenant_id: int, first: FirmRules, now: int) -> list[Loss]:
    """Return what a firm would lose by the environment's rules `first`."""
    rows, wanted = await list_rules(connection, tenant_id), list_values(first)
    changes = {row.name: wanted[row.name] for row in rows if row.is_first and row.value != wanted[row.name]}
    return await preview_loss(connection, tenant_id, make_rules({row.name: row.value for row in rows}), changes, now)


async def find_held_names(connection: Reading, entra_ids: Collection[str], first: FirmRules) -> list[str]:
    """Return the names of the rules that wait in any of these tenants, without counting what they would delete.

    Needs the tenancy `SYSTEM`.
    """
    of_firm = (FirmRule.tenant_id == Tenant.tenant_id) & Tenant.entra_id.in_(list(entra_ids))
    query = select(FirmRule.name, FirmRule.value).join(Tenant, of_firm).where(Tenant.state.not_in(UNSERVED))
    rows = await connection.execute(query.where(FirmRule.is_first, FirmRule.name.in_(LOSING)))
    wanted = list_values(first)
    return sorted({name for name, value in rows if value != wanted[name]})
