from pathlib import Path

from tests.faults import PAGE, complete, list_proofs, list_unproved

PROOFS = {"F1": [Path("tests/unit/test_one.py")], "B2": [Path("tests/unit/test_two.py")]}


def test_every_row_has_a_test_and_every_row_that_a_test_names_is_explained():
    told = list(list_unproved(PAGE.read_text(encoding="utf-8"), list_proofs()))
    assert told == [], "write the row into docs/faults.md, then run python -m tests.faults"


def test_the_page_names_the_files_of_the_proofs():
    page = PAGE.read_text(encoding="utf-8")
    assert page == complete(page, list_proofs()), "run python -m tests.faults"


def test_a_row_without_a_test_and_a_test_without_a_row_are_told():
    page = "| F1 | a fault | an answer | |\n| F3 | another | an answer | |\n"
    assert list(list_unproved(page, PROOFS)) == ["F3 has no test", "B2 is on the page 0 times"]


def test_a_row_that_is_there_twice_is_told():
    page = "| F1 | a fault | an answer | |\n" * 2 + "| B2 | an input | 400 | |\n"
    assert list(list_unproved(page, PROOFS)) == ["F1 is on the page 2 times"]


def test_only_the_last_column_is_written():
    page = "| F1 | a fault | an answer | old |\n| row | F1 | |\n"
    written = complete(page, PROOFS)
    assert written == "| F1 | a fault | an answer | [one](../tests/unit/test_one.py) |\n| row | F1 | |\n"
    assert complete(written, PROOFS) == written
