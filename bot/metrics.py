"""What the service counts of itself, for Prometheus: no tenant, no address and no mailbox is a label."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

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


class _Handler(BaseHTTPRequestHandler):
    """Answers every GET with the metrics, and says nothing of what answers: no `Server`."""

    timeout = 10

    def do_GET(self) -> None:  # the name that the library calls
        """Answer."""
        body = generate_latest(REGISTRY)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", CONTENT_TYPE_LATEST)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin an answer without the headers that the library adds."""
        self.send_response_only(code, message)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the library's name
        """Log nothing: who asks is the monitoring."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: str, port: int) -> None:
        self.address_family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        super().__init__((host, port), _Handler)


@contextlib.contextmanager
def serving_metrics(host: str, port: int) -> Iterator[None]:
    """Serve the metrics on a port of their own while the block runs, from a thread: a busy event loop must be seen.

    A port of 0 serves none. Raises `ValueError` with a sentence for one that cannot be had.
    """
    if not port:
        yield
        return
    try:
        server = _Server(host, port)
    except OSError as error:
        why = error.strerror or "no such address"
        raise ValueError(f"Port {port} of {host} (CARNET_METRICS_PORT) cannot be had: {why}.") from error
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
