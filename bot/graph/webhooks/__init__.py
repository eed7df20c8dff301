"""The change notifications that arrive."""
