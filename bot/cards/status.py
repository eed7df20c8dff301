"""The administrator's card: how far the mailboxes are, and what stands in the way."""

from collections.abc import Sequence

from bot.cards import kit
from bot.cards.actions import button
from bot.cards.drawing import draws
from bot.cards.phrases import text
from bot.language import say, say_ago, say_date, say_reason, say_time
from bot.language.wording import clean
from bot.results.firm import Status, StatusShown, SyncFailure
from bot.turn import Card, Json, Reader

TROUBLES = 8
DAY = 86_400


def draw_status(reader: Reader, status: Status) -> Card:
    """Draw where the sync stands."""
    language = reader.language
    sentence = say(language, "cards.status.current", count=status.total, current=status.current)
    body = [kit.title(text(language, "status.title"))]
    body.append(kit.good_news(sentence) if status.current == status.total else kit.line(sentence))
    if status.reason:
        body.append(kit.warning(say_reason(language, status.reason)))
    if status.polled_count:
        minutes, active = (-(-seconds // 60) for seconds in status.polled_seconds)
        polled = say(language, "cards.status.polled", count=status.polled_count, minutes=minutes, active=active)
        body.append(kit.warning(polled))
    body += kit.facts(_list_facts(reader, status))
    body += _draw_troubles(reader, status.troubles)
    return kit.card(body, [button(text(language, "status.refresh"), "admin.status")])


def draw_credential(reader: Reader, ends_at: int) -> Card:
    """Draw that what the app signs in with ends, and what to do."""
    days = max(0, (ends_at - reader.now) // DAY)
    day = say_date(reader.language, ends_at, reader.timezone, locale=reader.locale)
    sentence = say(reader.language, "cards.status.credential", count=days, day=day)
    body = [kit.title(text(reader.language, "status.credential_title")), kit.warning(sentence)]
    return kit.card([*body, kit.line(text(reader.language, "status.credential_todo"))])


def _list_facts(reader: Reader, status: Status) -> Sequence[tuple[str, str]]:
    language = reader.language
    counts = (
        ("syncing", status.syncing),
        ("failing", status.failing),
        ("skipped", status.skipped),
        ("unsent", status.unsent_count),
    )
    progress = say(language, "cards.status.percent", percent=int(status.progress * 100)) if status.syncing else ""
    return (
        *((text(language, f"status.{key}"), str(count) if count else "") for key, count in counts),
        (text(language, "status.progress"), progress),
        (text(language, "status.done"), say_time(language, status.done_at, reader.timezone, reader.locale)),
        (text(language, "status.last"), _say_ago(reader, status.last_success_at)),
        (text(language, "status.companies"), str(status.company_count or "")),
        (text(language, "status.contacts"), str(status.contact_count or "")),
    )


def _draw_troubles(reader: Reader, troubles: Sequence[SyncFailure]) -> list[Json]:
    if not troubles:
        return []
    rows = [kit.subtitle(text(reader.language, "status.troubles"))]
    for trouble in troubles[:TROUBLES]:
        rows += [kit.strong(clean(trouble.name, 60)), kit.note(_say_trouble(reader, trouble))]
    return [kit.group(rows)]


def _say_trouble(reader: Reader, trouble: SyncFailure) -> str:
    reason = say_reason(reader.language, trouble.reason)
    if not trouble.next_try_at:
        return reason
    return say(reader.language, "cards.status.next", reason=reason, when=_say_ago(reader, trouble.next_try_at))


def _say_ago(reader: Reader, at: int) -> str:
    return say_ago(reader.language, at, reader.now, reader.timezone, reader.locale)


@draws(StatusShown)
def _draw_status_shown(reader: Reader, shown: StatusShown) -> Card:
    return draw_status(reader, shown.status)
