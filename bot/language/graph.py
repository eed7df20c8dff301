"""The graph of all patterns, ready to be walked word by word: from each place, one symbol leads to one other place."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.language.patterns import Draft, Meaning


@dataclass(eq=False, slots=True)
class Node:
    """A place in the middle of one or several patterns: what may come next, and what is said if nothing does."""

    edges: dict[str, "Node"] = field(default_factory=dict)
    """By symbol: a word, a class or a value."""
    slots: dict[str, "Node"] = field(default_factory=dict)
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
        self._nodes: dict[frozenset[Draft], Node] = {}
        self._open: list[frozenset[Draft]] = []

    def get(self, drafts: Iterable[Draft]) -> Node:
        """Return the place that stands for several."""
        key = frozenset(drafts)
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
            node.edges = self._join(draft.edges for draft in key)
            node.slots = self._join(draft.slots for draft in key)
            finished = [draft for draft in key if draft.meaning]
            if finished:
                first = min(finished, key=lambda draft: (draft.meaning.cost if draft.meaning else 0.0, draft.number))
                node.meaning = first.meaning
                node.after = self.get([first.after]) if first.after else None

    def _join(self, tables: Iterable[dict[str, list[Draft]]]) -> dict[str, Node]:
        targets: dict[str, list[Draft]] = {}
        for table in tables:
            for symbol, drafts in table.items():
                targets.setdefault(symbol, []).extend(drafts)
        return {symbol: self.get(drafts) for symbol, drafts in targets.items()}
