"""What the tests in a browser share: one running demo, and one chromium."""

from collections.abc import Iterator

import pytest

from tests.browser import CHROMIUM_OF_ALL
from tests.running import run_demo


@pytest.fixture(scope="session")
def demo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running `carnet demo`, with the invented firm."""
    with run_demo(tmp_path_factory.mktemp("demo")) as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def chromium() -> Iterator[None]:
    """Let the browser of all tests end with them."""
    yield
    CHROMIUM_OF_ALL.stop()
