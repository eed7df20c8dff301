"""Every card as a picture, in both languages and themes: `pictures/cards`, made by the test run to be looked at."""

import shutil
from pathlib import Path

import pytest

from tests.card_samples import draw_all, worst_world
from tests.drawing import CHROMIUM, open_easel

PICTURES = Path(__file__).parents[2] / "pictures" / "cards"
OPENED = {"list": "filter_bar", "company": "change", "pane_one": "change", "contact": "correct"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed: no pictures of the cards"),
]


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fr", "dark")])
async def test_every_card_can_be_drawn_and_runs_nothing_that_somebody_wrote(language, theme):
    folder = PICTURES / f"{language}-{theme}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    complaints = {}
    async with open_easel() as easel:
        for name, card in draw_all(language):
            complaints[name] = await easel.draw(card, folder / f"{name}.png", theme=theme)
            if name in OPENED:
                await easel.draw(card, folder / f"{name}_open.png", theme=theme, opened=OPENED[name])
        for name, card in draw_all(language, worst_world("markdown")):
            complaints[f"worst {name}"] = await easel.draw(card, theme=theme, width=340)
    assert {name: said for name, said in complaints.items() if said} == {}
