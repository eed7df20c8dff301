"""The change notifications that are asked for."""
