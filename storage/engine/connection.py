"""The type of what `Database.reading` and `Database.writing` give, for those who only pass it on."""

from sqlalchemy.ext.asyncio import AsyncConnection

Connection = AsyncConnection
"""A connection with its transaction: every question and every change takes one as its first argument."""
