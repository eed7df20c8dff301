"""What the bot says unasked: who hears of what, when they want to hear it, and the loop that says it.

Commands and the sync write notices with `Notices`, in the transaction of what happened; `Sender` says them after it.
"""

from bot.notices.messenger import Installer, Messenger, Sent
from bot.notices.sender import Sender
from bot.notices.writer import Notices

__all__ = ["Installer", "Messenger", "Notices", "Sender", "Sent"]
