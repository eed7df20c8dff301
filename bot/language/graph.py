"""The graph of all patterns, ready to be walked word by word: from each place, one symbol leads to one other place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.language.patterns import Draft, Meaning

NOWHERE: Final[Mapping[str, Any]] = {}
"""The ways onward of the many places that have none: one for all of them, for there are tens of thousands."""


@dataclass(eq=False, slots=True)
class Node:
    """A place in the middle of one or several patterns: what may come next, and what is said if nothing does."""

    edges: Mapping[str, "Node"] = field(default_factory=lambda: NOWHERE)
    """By symbol: a word, a class or a value."""
    slots: Mapping[str, "Node"] = field(default_factory=lambda: NOWHERE)
    """By slot: what any words lead to."""
    meaning: Meaning | None = None
    after: "Node | None" = None
    """Where the sentence goes on once the meaning is complete."""


def build_graph(starts: Iterable[Draft]) -> list[Node]:
    """Return the graphs that begin at the starts, with places that the same words lead to made one.

    That is the subset construction: a walk follows every pattern that fits at once.
    """
    builder = _Builder()
    nodes = [builder.get([start]) for start in starts]
    builder.finish()
    return nodes


class _Builder:
    def __init__(self) -> None:
        self._nodes: dict[Draft | frozenset[Draft], Node] = {}
        self._open: list[Draft | frozenset[Draft]] = []

    def get(self, drafts: Sequence[Draft]) -> Node:
        """Return the place that stands for several; for most it is one alone, which needs no set."""
        key: Draft | frozenset[Draft] = drafts[0] if len(drafts) == 1 else frozenset(drafts)
        if isinstance(key, frozenset) and len(key) == 1:
            key = next(iter(key))
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = Node()
            self._open.append(key)
        return node

    def finish(self) -> None:
        """Give every place its ways onward."""
        while self._open:
            key = self._open.pop()
            node = self._nodes[key]
            drafts = [key] if isinstance(key, Draft) else key
            node.edges = self._join([draft.edges for draft in drafts if draft.edges])
            node.slots = self._join([draft.slots for draft in drafts if draft.slots])
            finished = [draft for draft in drafts if draft.meaning]
            if finished:
                first = min(finished, key=lambda draft: (draft.meaning.cost if draft.meaning else 0.0, draft.number))
                node.meaning = first.meaning
                node.after = self.get([first.after]) if first.after else None

    def _join(self, tables: Sequence[Mapping[str, list[Draft]]]) -> Mapping[str, Node]:
        if not tables:
            return NOWHERE
        if len(tables) == 1:
            return {symbol: self.get(drafts) for symbol, drafts in tables[0].items()}
        targets: dict[str, list[Draft]] = {}
        for table in tables:
            for symbol, drafts in table.items():
                targets.setdefault(symbol, []).extend(drafts)
        return {symbol: self.get(drafts) for symbol, drafts in targets.items()}
