"""Recognise rounds that fail: a state that Graph has forgotten, a page that is too large, links that never end."""

from http import HTTPStatus
from typing import Final

from bot.graph.client.errors import GraphError, SignInError
from bot.graph.sync.pages import DeltaPage, ItemT

_SAME_PAGES: Final = 3
"""Times that the same items may come in a row; two are an ordinary repetition."""
_EMPTY_PAGES: Final = 1_000
"""Empty pages with a next link in a row; a few are ordinary (msgraph-sdk-java issue 493)."""
_UNKNOWN_STATES: Final = frozenset(("syncstatenotfound", "syncstateinvalid", "resyncrequired", "foreignlink"))
"""Graph's words for it, and ours for a link that leads to another host, which is never followed."""
_TOO_MUCH: Final = frozenset((HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT))
_SLOW: Final = frozenset(("TimeoutError", "ReadTimeout", "WriteTimeout"))
_UNREACHABLE: Final = frozenset(("ConnectError", "ConnectTimeout", "foreignLink", "endlessRound"))


def is_unknown_state(error: GraphError) -> bool:
    """Return whether Graph has forgotten the state of a round; then the whole feed is read again."""
    return error.status == HTTPStatus.GONE or error.code.lower() in _UNKNOWN_STATES


def is_too_much(error: GraphError) -> bool:
    """Return whether the same page may succeed at once with fewer items (microsoft-graph-docs issue 5853)."""
    if error.retry_after is not None or isinstance(error, SignInError) or is_slow(error):
        return False
    return error.status in _TOO_MUCH or (error.status == 0 and error.code not in _UNREACHABLE)


def is_slow(error: GraphError) -> bool:
    """Return whether an answer took too long; fewer items may be faster, but only in the next run."""
    return error.status == 0 and error.code in _SLOW


def is_within_round(link: str) -> bool:
    """Return whether a link leads on within a round: it carries a skip token, a delta link a delta token.

    Source: learn.microsoft.com/graph/delta-query-overview, "State tokens".
    """
    return "skiptoken" in link.lower()


class RoundWatch:
    """Detects rounds that repeat the same pages for ever (msgraph-sdk-dotnet issue 3082)."""

    def __init__(self) -> None:
        self._last = 0
        self._same = 0
        self._empty = 0

    def check(self, page: DeltaPage[ItemT]) -> None:
        """Check the next page; raises `GraphError` (`endlessRound`) if the round repeats itself."""
        if page.delta_link:
            return
        fingerprint = page.fingerprint
        self._empty = 0 if fingerprint else self._empty + 1
        self._same = self._same + 1 if fingerprint and fingerprint == self._last else 1
        self._last = fingerprint
        if self._same > _SAME_PAGES or self._empty > _EMPTY_PAGES:
            raise GraphError(0, "endlessRound")
