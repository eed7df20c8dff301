"""The graph of patterns: what it gives is the same in every process."""

from bot.language.pattern_graph import build_graph
from bot.language.patterns import Draft


def test_ways_onward_stand_in_the_order_of_their_patterns():
    """Of two patterns that fit at the same cost the first one wins; with another order, another command would."""
    start = Draft()
    drafts = [Draft() for _ in range(60)]
    for place, draft in reversed(list(enumerate(drafts))):
        draft.slots = {f"slot {place}": [Draft()]}
        draft.edges = {f"word {place}": [Draft()]}
    start.edges = {"show": drafts[::-1]}
    node = build_graph([start])[0].edges["show"]
    assert list(node.slots) == [f"slot {place}" for place in range(60)]
    assert list(node.edges) == [f"word {place}" for place in range(60)]
