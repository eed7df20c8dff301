"""Names come from what a person says of itself, in order of trust; a later and better source wins."""

from itertools import pairwise

from storage.history.events import Person, Trust, rank_name

FULL, SINGLE, DERIVED = 2, 1, 0
LATE, EARLY = 1_900_000_000, 1_500_000_000


def rank(trust: Trust, quality: int, at: int = EARLY) -> int:
    return rank_name(Person("a@acme.example", "acme.example", "A", quality, 2**24 - 1), at, trust)


def test_names_are_ranked_by_who_says_them():
    order = [
        rank(Trust.GUESTS, DERIVED, LATE),
        rank(Trust.GUESTS, SINGLE, LATE),
        rank(Trust.GUESTS, FULL, LATE),
        rank(Trust.COLLEAGUES, SINGLE, LATE),
        rank(Trust.OWN, SINGLE, LATE),
        rank(Trust.COLLEAGUES, FULL, LATE),
        rank(Trust.OWN, FULL),
    ]
    assert all(worse < better for worse, better in pairwise(order))


def test_between_two_of_one_source_the_newer_wins():
    assert rank(Trust.OWN, FULL, EARLY) < rank(Trust.OWN, FULL, LATE)


def test_the_best_rank_is_a_whole_number_of_the_database():
    assert rank(Trust.OWN, FULL, 2**40) < 2**63
