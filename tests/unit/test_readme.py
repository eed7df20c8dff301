import re

from tests.house import PAGE, list_libraries
from tests.house import complete as complete_layers
from tests.readme import README, complete


def test_the_readme_names_every_setting():
    text = README.read_text(encoding="utf-8")
    assert text == complete(text)


def test_the_readme_says_of_every_library_why_it_is_there_and_of_no_other():
    _, _, table = README.read_text(encoding="utf-8").partition("| library | why |\n| --- | --- |\n")
    rows = [row.split(" | ")[0].strip("| ") for row in table.partition("\n\n")[0].splitlines()]
    named = [name for row in rows for name in re.split(r", *", row)]
    assert sorted(named) == sorted(list_libraries())


def test_contributing_draws_the_layers_that_are_held():
    text = PAGE.read_text(encoding="utf-8")
    assert text == complete_layers(text), "run python -m tests.house"
