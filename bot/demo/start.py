"""The firm that a demo shows: the invented one, or one made from a corpus, with what earlier runs added by hand."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.demo.corpus import load_corpus
from bot.demo.invented_firm import invent_firm
from bot.demo.journal import Journal
from bot.demo.world.firm import Firm


def open_firm(
    folder: Path,
    *,
    corpus: Path | None = None,
    domains: Sequence[str] = (),
    clock: Callable[[], float] = time.time,
) -> tuple[Firm, Journal]:
    """Make the firm and open its journal in `folder`.

    Raises `OSError` where the corpus cannot be read, `ValueError` where it comes without a domain.
    """
    domains = [name for domain in domains if (name := domain.strip().lstrip("@").lower())]
    if corpus is not None and not domains:
        raise ValueError("--corpus needs at least one --domain")
    journal = Journal(folder / "demo.jsonl", now=clock())
    firm = load_corpus(corpus, domains, clock=clock) if corpus else invent_firm(clock=clock, born_at=journal.born_at)
    if not firm.list_people():
        raise ValueError(f"Nobody in {corpus} is at {' or '.join(domains)}: there is no mailbox to show.")
    journal.replay(firm)
    return firm, journal
