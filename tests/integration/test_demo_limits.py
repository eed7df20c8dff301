"""The small Microsoft 365's limits, and its record of who broke them."""

import asyncio
from email.utils import parsedate_to_datetime

import aiohttp
import pytest

from bot.demo.serving import run_microsoft
from bot.demo.world.firm import Firm
from tests.microsoft import GraphReader


class _Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def clocked():
    """Graph on a clock that the test moves."""
    clock = _Clock()
    firm = Firm("lex.example", clock=clock)
    anne, bob = firm.add_person("anne@lex.example", "Anne"), firm.add_person("bob@lex.example", "Bob")
    async with run_microsoft(firm) as microsoft, aiohttp.ClientSession() as session:
        yield clock, anne, bob, GraphReader(microsoft, session)


def _inbox(person):
    return f"users/{person.id}/mailFolders/inbox/messages/delta"


async def test_F31_more_than_four_at_once_for_one_mailbox_is_429_and_written_down(graph, firm):
    anne, bob = firm.list_people()
    graph.token = await graph.sign_in()
    graph.microsoft.faults.add("slow", path="inbox", seconds=0.2)
    answers = await asyncio.gather(*(graph.ask(_inbox(anne)) for _ in range(6)), graph.ask(_inbox(bob)))
    assert sorted(status for status, _, _ in answers) == [200] * 5 + [429] * 2
    refused = next(body for status, body, _ in answers if status == 429)
    assert refused["error"]["code"] == "ApplicationThrottled"
    record = graph.microsoft.record
    assert [breach.kind for breach in record.breaches] == ["concurrency"] * 2
    assert record.most_at_once == {anne.id: 5, bob.id: 1}  # what is refused does not stay


@pytest.mark.parametrize(
    ("form", "header", "seconds"),
    [
        ("seconds", "5", 5),
        ("absent", None, 0),
        ("zero", "0", 0),
        ("one", "1", 1),
        ("day", "86400", 86400),
    ],
)
async def test_F30_retry_after_has_its_forms_and_an_early_call_is_a_breach(clocked, form, header, seconds):
    clock, anne, bob, graph = clocked
    graph.microsoft.faults.add("throttle", mailbox=anne.id, form=form, seconds=5, count=1)
    status, _, headers = await graph.ask(_inbox(anne))
    assert (status, headers.get("Retry-After")) == (429, header)
    if seconds:
        clock.now += seconds - 0.5
        graph.token = ""  # the one at hand may have run out
        assert (await graph.ask(_inbox(anne)))[0] == 429
        assert (await graph.ask(_inbox(bob)))[0] == 200
        assert [breach.kind for breach in graph.microsoft.record.breaches] == ["retry_after"]
    clock.now += 0.5
    assert (await graph.ask(_inbox(anne)))[0] == 200
    assert len(graph.microsoft.record.breaches) == bool(seconds)


async def test_F30_retry_after_may_be_a_date(clocked):
    clock, anne, _, graph = clocked
    graph.microsoft.faults.add("throttle", form="date", seconds=7, count=1)
    _, _, headers = await graph.ask(_inbox(anne))
    assert parsedate_to_datetime(headers["Retry-After"]).timestamp() == clock.now + 7


async def test_F30_a_503_may_name_a_time_too(clocked):
    clock, anne, _, graph = clocked
    graph.microsoft.faults.add("status", status=503, retry_after=3, count=1)
    assert (await graph.ask(_inbox(anne)))[2]["Retry-After"] == "3"
    clock.now += 1
    await graph.ask(_inbox(anne))
    assert graph.microsoft.record.breaches[0].detail.startswith("2.00 s too early")


async def test_ten_thousand_requests_in_ten_minutes_are_the_most(clocked):
    clock, anne, _, graph = clocked
    graph.microsoft.graph.limits.most_in_window = 3
    statuses = [(await graph.ask(_inbox(anne)))[0] for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    clock.now += 600
    assert (await graph.ask(_inbox(anne)))[0] == 200


async def test_a_token_runs_out_on_this_clock(clocked):
    clock, anne, _, graph = clocked
    await graph.ask(_inbox(anne))
    clock.now += 3600
    assert (await graph.ask(_inbox(anne)))[0] == 401


async def test_every_request_is_counted(graph, firm):
    anne, bob = firm.list_people()
    for person in (anne, anne, bob):
        await graph.ask(_inbox(person))
    record = graph.microsoft.record
    assert record.by_mailbox == {anne.id: 2, bob.id: 1}
    assert (record.total, record.by_status[200]) == (3, 3)
    record.clear()
    assert record.total == 0
