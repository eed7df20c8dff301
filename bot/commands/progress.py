"""How much of the firm's mailboxes was read so far: what is not found yet may be in the rest."""

from bot.language import say
from bot.turn import Turn
from storage.queue.health import get_first_progress


async def say_reading(turn: Turn) -> list[str]:
    """Say how much was read, until whoever asks has their own mailbox in it; nothing where others read the answer."""
    progress = None if turn.is_shared else await turn.read(get_first_progress, turn.now)
    return [] if progress is None else [say(turn.language, "cards.list.reading", percent=min(int(progress * 100), 99))]


async def say_hint(turn: Turn, key: str) -> list[str]:
    """Say why nothing was found: the rest is not read yet, or what this text says to try."""
    return await say_reading(turn) or [say(turn.language, key)]
