"""The databases themselves."""
