"""Fill a firm's mailboxes from real mail headers, one JSON object a line.

`message_id`, `date` (ISO 8601 or null), `from` as `[name, address]`, `to`, `cc`, `bcc` lists of such pairs, `subject`
if any. Every address at one of the domains is a person of the firm; mail that concerns none of them is passed over.
"""

import gzip
import json
import re
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import structlog

from bot.demo.world.addresses import Address
from bot.demo.world.firm import Firm
from bot.demo.world.mail import Mail

_log = structlog.get_logger()
_PLAIN_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SHORT_YEAR = re.compile(r"^\d{1,3}(?=-)")


def load_corpus(path: Path, domains: Iterable[str], *, clock: Callable[[], float] = time.time) -> Firm:
    """Make the firm of these domains from a file (`.jsonl` or `.jsonl.gz`); a line that is no mail is counted and left.

    Raises `OSError` where the file cannot be read.
    """
    firm = Firm(*(domain.lower() for domain in domains), clock=clock)
    names: defaultdict[str, Counter[str]] = defaultdict(Counter)
    skipped = 0
    for line in _read_lines(path):
        mail = _read_mail(firm, line)
        if mail is None:
            skipped += 1
            continue
        if _admit_people(firm, mail, names):
            firm.deliver(mail, is_old=True)
    for person in firm.list_people():
        person.name = next((name for name, _ in names[person.address].most_common(1)), person.name)
    _log.info("corpus_loaded", people=len(firm.list_people()), copies=len(firm.truth.copies), skipped=skipped)
    return firm


def _read_lines(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        try:
            yield from (line for line in file if line.strip())
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ValueError(f"{path} is not a whole gzip file.") from error


def _read_mail(firm: Firm, line: bytes) -> Mail | None:
    given = _decode(line)
    if not isinstance(given, dict):
        return None
    senders = _read_pairs(firm, [given.get("from")])
    return Mail(
        message_id=str(given.get("message_id") or ""),
        sent_at=normalise_date(given.get("date")),
        sender=senders[0] if senders else None,
        to=_read_pairs(firm, given.get("to")),
        cc=_read_pairs(firm, given.get("cc")),
        bcc=_read_pairs(firm, given.get("bcc")),
        subject=str(given["subject"]) if given.get("subject") is not None else None,
    )


def _decode(line: bytes) -> Any:
    """Read a line; lone surrogates, which strict decoders refuse, are let through as Exchange lets them."""
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            return json.loads(line)
        except (ValueError, RecursionError):
            return None


def _read_pairs(firm: Firm, given: Any) -> tuple[Address, ...]:
    pairs = (pair for pair in (given if isinstance(given, list) else ()) if isinstance(pair, list) and len(pair) == 2)  # noqa: PLR2004  # a pair
    return tuple(firm.addresses.get(str(name or ""), str(address or "")) for name, address in pairs)


def _admit_people(firm: Firm, mail: Mail, names: defaultdict[str, Counter[str]]) -> bool:
    """Let everyone join who is at one of the domains; says whether the mail concerns anyone."""
    is_ours = False
    for address in (*mail.recipients, *((mail.sender,) if mail.sender else ())):
        if not firm.directory.is_inside(address.address):
            continue
        is_ours = True
        if firm.directory.get(address.key) is None:
            firm.add_person(address.key)
        if address.name:
            names[address.key][address.name] += 1
    return is_ours


def normalise_date(text: Any) -> str | None:
    """Write a date as Graph does, in UTC; None for what is no date at all."""
    if not isinstance(text, str):
        return None
    if _PLAIN_DATE.fullmatch(text):
        return text
    try:
        moment = datetime.fromisoformat(_SHORT_YEAR.sub(lambda year: year[0].zfill(4), text.strip()))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
