"""A small Microsoft 365 on localhost."""
