"""The edge to the page: the Outlook pane and the Teams tab, their sign-in, and the turns that they ask for."""

from bot.outlook.routes import add_outlook_routes
from bot.outlook.tokens import UserTokens

__all__ = ["UserTokens", "add_outlook_routes"]
