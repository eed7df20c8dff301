"""What Carnet keeps, and who may see it. Nothing here knows of Teams, Outlook or Graph."""
