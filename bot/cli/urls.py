"""Database URLs for commands: from the environment or a file, never with a password on the command line."""

from pathlib import Path

from storage.engine.urls import read_url


def read_argument(given: str | None, option: str, setting: str, default: str) -> str:
    """Read what an option says, `@FILE` that holds a URL, or the setting; raises `ValueError` with a sentence."""
    if not given and not default:
        raise ValueError(f"Say where with {option}, or set {setting}.")
    try:
        if given and given.startswith("@"):
            url = read_url(Path(given[1:]).read_text(encoding="utf-8"))
        else:
            url = read_url(given or default)
    except ValueError as error:
        raise ValueError(f"{option if given else setting} names no database: {error}.") from error
    if given and not given.startswith("@") and (url.password or "sslpassword" in url.query):
        raise ValueError(
            f"Everybody on this machine sees the password of {option}: put the URL into a file that only you may read "
            f"({option} @FILE), or into {setting}."
        )
    return url.render_as_string(hide_password=False)
