"""The edge to Microsoft Teams: Bot Framework and the Bot Connector."""
