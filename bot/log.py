"""Structured logs: one JSON object a line, with no token, address or subject in it.

A value may only be logged as what it is worth to an operator: numbers, codes, names of errors. What slips through is
masked here, and an error's text (which may quote a row or a header) is left out: its name and its place say enough.
"""

import contextlib
import logging
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any, Final, TextIO

import structlog

_MASKED: Final = "[masked]"
_TELLING: Final = frozenset(
    ("token", "secret", "password", "authorization", "address", "addresses", "subject", "mail", "email", "body")
)
"""Words in keys whose values are never shown."""
_WORDS: Final = re.compile(r"[a-z]+")
_ADDRESS: Final = re.compile(r"[\w.+'-]+(?:@|%40)[\w.-]+", re.IGNORECASE)
_TOKEN: Final = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bBearer\s+\S+", re.IGNORECASE)
_LONGEST: Final = 500
_OWN: Final = ("bot", "storage")
"""Whose words below a warning are heard."""

Event = MutableMapping[str, Any]


def set_up_logs(level: str = "INFO", *, is_for_people: bool | None = None, stream: TextIO | None = None) -> None:
    """Send everything that is logged to stderr, in one shape: JSON, or lines for people where that is a terminal."""
    stream = stream or sys.stderr
    for_people = stream.isatty() if is_for_people is None else is_for_people
    renderer = structlog.dev.ConsoleRenderer(colors=True) if for_people else structlog.processors.JSONRenderer()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        describe_error,
        mask,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, mask, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)  # libraries tell of statements with their values, of addresses and of URLs
    for own in _OWN:
        logging.getLogger(own).setLevel(level)


@contextlib.contextmanager
def keeping_quiet() -> Iterator[None]:
    """Log nothing while the block runs: whoever reads a terminal is told in sentences."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def describe_error(_logger: object, _method: str, event: Event) -> Event:
    """Put the name of an error and where it happened in the place of its text and traceback."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in _list_frames(error)]
    return event


def mask(_logger: object, _method: str, event: Event) -> Event:
    """Mask what must not be read in a log, in every value, and keep each on one line."""
    for key, value in event.items():
        if not _TELLING.isdisjoint(_WORDS.findall(key.lower())) or key == "client_state":
            event[key] = _MASKED
        elif isinstance(value, str):
            event[key] = _clean(value)
        elif isinstance(value, list | tuple | set):
            event[key] = [_clean(str(item)) for item in value]
        elif isinstance(value, dict):
            event[key] = mask(_logger, _method, dict(value))
    return event


def _list_frames(error: BaseException) -> list[traceback.FrameSummary]:
    return traceback.extract_tb(error.__traceback__)[-12:]


def _clean(text: str) -> str:
    shown = _ADDRESS.sub(_MASKED, _TOKEN.sub(_MASKED, text[: 4 * _LONGEST]))
    return shown.replace("\r", "\\r").replace("\n", "\\n")[:_LONGEST]
