"""Parameters of statements that are built once and run for many viewers."""

from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, String, bindparam

from storage.viewer import Viewer


def number(name: str) -> Any:
    """Return the parameter of this name, a whole number."""
    return bindparam(name, type_=BigInteger)


def text(name: str) -> Any:
    """Return the parameter of this name, a text."""
    return bindparam(name, type_=String)


def numbers(name: str) -> Any:
    """Return the parameter of this name, a list of whole numbers for `in_`; each length is a statement of its own."""
    return bindparam(name, type_=BigInteger, expanding=True)


def texts(name: str) -> Any:
    """Return the parameter of this name, a list of texts for `in_`; each length is a statement of its own."""
    return bindparam(name, type_=String, expanding=True)


def as_parameters(viewer: Viewer) -> Viewer:
    """Return the viewer with parameters for its numbers."""
    return replace(viewer, tenant_id=number("tenant_id"), user_id=number("user_id"))
