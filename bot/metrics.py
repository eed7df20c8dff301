"""What the service counts of itself, for Prometheus: no tenant, no address and no mailbox is a label."""

import contextlib
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

REGISTRY = CollectorRegistry()

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SLOW = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200)

PAGES = Counter("carnet_pages", "Delta pages applied by feed", ["feed"], registry=REGISTRY)
INTERACTIONS = Counter("carnet_interactions", "Interactions that were new", registry=REGISTRY)

WEBHOOK_POSTS = Counter("carnet_webhook_posts", "Posts from Graph by status", ["endpoint", "status"], registry=REGISTRY)
WEBHOOK_SECONDS = Histogram(
    "carnet_webhook_seconds", "Time until a post from Graph was answered", buckets=FAST, registry=REGISTRY
)
NOTIFICATIONS = Counter("carnet_notifications", "Notifications by what was made of them", ["result"], registry=REGISTRY)
SUBSCRIPTION_CALLS = Counter(
    "carnet_subscription_calls",
    "Calls about subscriptions by action and outcome",
    ["action", "outcome"],
    registry=REGISTRY,
)

NOTICES = Counter("carnet_notices", "Notices by what became of them", ["outcome"], registry=REGISTRY)
NOTICE_SECONDS = Histogram(
    "carnet_notice_seconds", "Time from what happened to the message about it", buckets=SLOW, registry=REGISTRY
)
SENDS = Counter("carnet_sends", "Messages handed to Teams by outcome", ["outcome"], registry=REGISTRY)
TURNS = Histogram("carnet_turn_seconds", "Time of a turn by surface", ["surface"], buckets=FAST, registry=REGISTRY)

MAILBOXES = Gauge("carnet_mailboxes", "Mailboxes by state", ["state"], registry=REGISTRY)
MAILBOXES_DUE = Gauge("carnet_mailboxes_due", "Mailboxes that wait for a worker", registry=REGISTRY)
MAILBOXES_LEASED = Gauge("carnet_mailboxes_leased", "Mailboxes that a worker has in hand", registry=REGISTRY)
MAILBOX_LAG = Gauge(
    "carnet_mailbox_lag_seconds", "Time since a mailbox was last current, by quantile", ["quantile"], registry=REGISTRY
)
OUTBOX = Gauge("carnet_outbox", "Notices by state", ["state"], registry=REGISTRY)
SUBSCRIPTIONS = Gauge("carnet_subscriptions", "Subscriptions by state", ["state"], registry=REGISTRY)
LOOP_DELAY = Histogram(
    "carnet_loop_delay_seconds", "How late the event loop runs what is due", buckets=FAST, registry=REGISTRY
)


@contextlib.contextmanager
def serving_metrics(host: str, port: int) -> Iterator[None]:
    """Serve the metrics on a port of their own while the block runs, from a thread: a busy event loop must be seen.

    A port of 0 serves none. Raises `ValueError` with a sentence for one that cannot be had.
    """
    if not port:
        yield
        return
    try:
        server, thread = start_http_server(port, host, registry=REGISTRY)
    except OSError as error:
        why = error.strerror or "no such address"
        raise ValueError(f"Port {port} of {host} (CARNET_METRICS_PORT) cannot be had: {why}.") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
