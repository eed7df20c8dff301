"""Turn the patterns of sentences into a deterministic graph: from each node, a symbol leads to exactly one node."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.language.patterns import Draft, Meaning

NOWHERE: Final[Mapping[str, Any]] = {}
"""The ways onward of the many places that have none: one for all of them, for there are tens of thousands."""


@dataclass(eq=False, slots=True)
class Node:
    """A node shared by all patterns that begin with the same symbols."""

    edges: Mapping[str, "Node"] = field(default_factory=lambda: NOWHERE)
    """By symbol: a word, a class or a value."""
    slots: Mapping[str, "Node"] = field(default_factory=lambda: NOWHERE)
    """By slot: the node that is reached once any words have filled the slot."""
    meaning: Meaning | None = None
    after: "Node | None" = None
    """The node at which the rest of the sentence goes on, once a pattern has ended here."""
    is_of_list: bool = False
    """It belongs to what is said of lists: there no word that turns the meaning round is passed over."""


def mark_list(start: Node) -> None:
    """Mark every node that is reached from the start of what is said of lists."""
    unmarked = [start]
    while unmarked:
        node = unmarked.pop()
        if not node.is_of_list:
            node.is_of_list = True
            unmarked += [*node.edges.values(), *node.slots.values()]


def build_graph(starts: Iterable[Draft]) -> list[Node]:
    """Return a deterministic graph for each start, so that one walk follows all patterns that fit.

    The method is the subset construction: drafts reached by the same symbols become one node.
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
        """Return the node for a set of drafts; most nodes have a single draft, for which no set is built."""
        key: Draft | frozenset[Draft] = drafts[0] if len(drafts) == 1 else frozenset(drafts)
        if isinstance(key, frozenset) and len(key) == 1:
            key = next(iter(key))
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = Node()
            self._open.append(key)
        return node

    def finish(self) -> None:
        """Fill in the edges of every node."""
        while self._open:
            key = self._open.pop()
            node = self._nodes[key]
            # in the order of the patterns: of two that cost the same, the first one wins, in every process
            drafts = [key] if isinstance(key, Draft) else sorted(key, key=lambda draft: draft.number)
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
