"""Carnet: a firm's address book that keeps itself, inside Microsoft Teams and Outlook."""
