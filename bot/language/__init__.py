"""The phrases people may type and the texts the bot says."""
