"""A join whose order is ours: SQLite reorders every other one by what it guesses of sizes."""

from typing import Any

from sqlalchemy import FromClause, Join, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class InOrder(Join):
    """A join that SQLite walks from left to right, whatever it guesses of their sizes (sqlite.org/optoverview.html)."""

    inherit_cache = True

    def __init__(self, left: FromClause, right: FromClause) -> None:
        super().__init__(left, right, true())


@compiles(InOrder)
def _compile_in_order(join: InOrder, compiler: SQLCompiler, **options: Any) -> str:
    left, right = (compiler.process(side, **options | {"asfrom": True}) for side in (join.left, join.right))
    return f"{left} CROSS JOIN {right}"
