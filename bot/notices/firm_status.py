"""Turn the measured state of a firm into what its administrator is shown."""

from bot.results.firm import Status, SyncFailure
from storage.queue.health import FirmStatus


def describe_status(found: FirmStatus) -> Status:
    """Return what the administrator's card shows of a measured firm."""
    health = found.health
    return Status(
        total=health.total,
        current=health.current,
        syncing=health.syncing,
        failing=health.failing,
        skipped=health.skipped,
        progress=health.progress,
        done_at=health.done_at,
        last_success_at=health.last_success_at,
        reason=found.reason,
        troubles=tuple(SyncFailure(one.name, one.reason, one.next_try_at) for one in found.lagging if one.reason),
        contact_count=found.contact_count,
        company_count=found.company_count,
        unsent_count=found.unknown_count,
        polled_count=found.freshness.refused,
        polled_seconds=(found.freshness.seconds, found.freshness.active_seconds),
    )
