"""Mark tests of what stands before any database: who calls, what a body holds, what Microsoft answers."""

import pytest

on_any_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""Run on SQLite alone: the statements behind it are proved on both by tests of their own."""
on_any_url = pytest.mark.parametrize("url", [pytest.param("sqlite", id="sqlite")], indirect=True)
"""The same, where a service is started."""
