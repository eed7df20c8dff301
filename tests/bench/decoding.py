"""A page's bytes to small structs of our own, beside orjson and the models of msgraph-sdk.

First the keys of its mails are read; those that are not held yet, which on a first sync are all, are then read whole.
"""

import gc
import time
from collections.abc import Callable

import orjson
from kiota_serialization_json.json_parse_node import JsonParseNode
from msgraph.generated.users.item.mail_folders.item.messages.delta.delta_get_response import DeltaGetResponse

from bot.graph.client.client import GraphClients
from bot.graph.sync.pages import Message, MessageKey, PageReader
from bot.graph.sync.requests import request_messages
from storage.models import Feed
from tests.bench import mail
from tests.bench.measure import Figure, Report, ratio_at_most
from tests.bench.setting import Setting
from tests.bench.simulator import Simulator, running_simulator

_TIMES = 20
_KEYS, _MESSAGES = PageReader(MessageKey), PageReader(Message)


async def measure(setting: Setting, report: Report) -> None:
    count = int(setting.choose(50_000, 1_000))
    made = mail.write_mail(setting.folder / f"mail_{count}.jsonl.gz", count)
    async with running_simulator(setting.folder / "simulator", made, (mail.DOMAIN,)) as simulator:
        body = await _fetch_page(simulator)
    new, held, parsed, models = [], [], [], []
    for _ in range(setting.runs):
        new.append(_time(lambda: _read_new(body), _TIMES))
        held.append(_time(lambda: _KEYS.read(body), _TIMES))
        parsed.append(_time(lambda: orjson.loads(body), _TIMES))
        models.append(_time(lambda: _read_models(body), 1))
    size = f"{len(_read_new(body))} messages, {len(body) / 1e6:.2f} MB"
    for name, ours in (("a page of new mail", new), ("a page of held mail", held)):
        report.add(Figure(name, "ms", ours, "orjson.loads", parsed, ratio_at_most(2), size))
        report.add(Figure(name, "ms", ours, "msgraph-sdk's models", models, ratio_at_most(1 / 200), size))


async def _fetch_page(simulator: Simulator) -> bytes:
    """Fetch the first page of the fullest inbox there is."""
    graph = GraphClients(simulator.make_config("sqlite:///none.db"))
    client = graph(simulator.values["tenants"][0])
    bodies = []
    for user_id in await simulator.list_user_ids():
        request = request_messages(client, user_id, Feed.INBOX, page_size=500, keeps_subjects=False)
        bodies.append(await client.fetch(request))
    await graph.close()
    return max(bodies, key=len)


def _read_new(body: bytes) -> list[Message]:
    page = _KEYS.read(body)
    return _MESSAGES.read_some(page, range(len(page.items))).items


def _read_models(body: bytes) -> list[object]:
    node = JsonParseNode(orjson.loads(body))
    page = node.get_object_value(DeltaGetResponse)
    found = [(one.id, one.sent_date_time, one.from_, one.to_recipients) for one in page.value or ()]
    assert found
    return found


def _time(call: Callable[[], object], times: int) -> float:
    """Give the milliseconds of one call, on the processor."""
    gc.collect()  # what was measured before has left its garbage, which is not this one's to clear
    started = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - started) / times * 1000
