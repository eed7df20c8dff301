"""Files of lists: what making one costs everybody else."""

import gc

import pytest

from bot.commands.sheets import open_sheet

MANY = 5_000


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_A9_a_long_file_is_no_heap_of_objects_for_garbage_collection_to_look_through(format_):
    sheet = open_sheet(("Name", "Exchanges"), format_)
    gc.collect()
    before = len(gc.get_objects())
    sheet.write((f"Company {number}", number) for number in range(MANY))
    assert len(gc.get_objects()) - before < MANY / 10
    assert len(sheet.finish()) > MANY
