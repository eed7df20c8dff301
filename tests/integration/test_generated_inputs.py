"""Inputs by the thousand: none breaks a command (`INPUT_EXAMPLES`: how many of each verb, 20,000 by night)."""

import os
import random

import pytest

from bot.commands import ROUTER
from bot.door import Caller
from bot.turn import Ask
from bot.verbs import EVERYONE
from tests.generated_inputs import make_input
from tests.office import Office, open_office

EXAMPLES = int(os.environ.get("INPUT_EXAMPLES", "25"))


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def test_A20_B39_no_generated_input_breaks_a_verb(office):
    chance = random.Random(os.environ.get("CARNET_INPUT_SEED", "39"))
    numbers = [*office.companies.values(), *office.contacts.values()]
    viewers = list(office.people.values())
    for verb in ROUTER:
        for number in range(EXAMPLES):
            surface = sorted(verb.where - {"outsiders"})[number % len(verb.where - {"outsiders"})]
            data = make_input(chance, verb.input, numbers)
            caller = Caller(chance.choice(viewers), "fr", surface=surface, roles=EVERYONE)
            assert (await office.door.answer(Ask(verb.name, data), caller)).code < 500, (verb.name, data)
