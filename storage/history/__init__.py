"""Mails and meetings, and what they add up to."""
