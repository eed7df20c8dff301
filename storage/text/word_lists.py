"""The word lists beside this file: one entry a line, `#` begins a comment."""

from importlib.resources import files


def read_list(name: str) -> frozenset[str]:
    """Read the list `name` of this package."""
    lines = (
        line.partition("#")[0].strip() for line in files(__package__).joinpath(name).read_text("utf-8").splitlines()
    )
    return frozenset(filter(None, lines))
