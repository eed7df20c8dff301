"""Post one activity again and again, each with an id of its own; print the latencies in milliseconds as JSON."""

import argparse
import asyncio
import itertools
import json
import time
from pathlib import Path

import aiohttp


async def post_all(url: str, body: str, headers: dict[str, str], count: int, concurrency: int, run: str) -> dict:
    numbers = itertools.count()
    latencies: list[float] = []
    statuses: dict[int, int] = {}

    async def post_some(session: aiohttp.ClientSession) -> None:
        while (number := next(numbers)) < count:
            data = body.replace("@ID@", f"{run}-{number}")
            started = time.perf_counter()
            async with session.post(url, data=data.encode(), headers=headers) as response:
                await response.read()
            latencies.append((time.perf_counter() - started) * 1000)
            statuses[response.status] = statuses.get(response.status, 0) + 1

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:
        started = time.perf_counter()
        await asyncio.gather(*(post_some(session) for _ in range(concurrency)))
        seconds = time.perf_counter() - started
    return {"latencies": latencies, "seconds": seconds, "statuses": statuses}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("activity", type=Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--concurrency", type=int, default=1)
    parser.add_argument("--token", default="")
    parser.add_argument("--run", default="0")
    given = parser.parse_args()
    sent_headers = {"Content-Type": "application/json"}
    if given.token:
        sent_headers["Authorization"] = f"Bearer {given.token}"
    text = given.activity.read_text()
    print(json.dumps(asyncio.run(post_all(given.url, text, sent_headers, given.count, given.concurrency, given.run))))
