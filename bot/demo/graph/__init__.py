"""Microsoft Graph v1.0, as far as Carnet asks it."""
