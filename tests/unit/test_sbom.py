"""What is shipped is listed, each with a licence that is known and that lets us ship it."""

import pytest

from bot.cli.sbom import describe, list_page, list_python
from tests.web import needs_page


def test_every_python_package_has_a_licence_that_lets_us_ship_it():
    components = [*list_python()]
    assert len(components) > 60
    assert [one["name"] for one in components if not one["licenses"]] == []
    assert [one["name"] for one in components if str(one["licenses"]).find("'GPL") >= 0] == []


@needs_page
def test_every_package_of_the_page_has_a_licence():
    components = [*list_page()]
    assert components
    assert [one["name"] for one in components if not one["licenses"]] == []


@pytest.mark.parametrize("key", ["bomFormat", "specVersion", "metadata", "components"])
def test_the_document_is_cyclonedx(key):
    assert describe([])[key] or key == "components"
