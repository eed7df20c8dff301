"""Post the activity on stdin again and again, each with an id of its own; print the latencies in milliseconds."""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import aiohttp


def make_bodies(template: str, *, count: int, users: int, run: str) -> Iterator[bytes]:
    """Fill in what tells one activity from another: `@ID@`, and `@USER@` with twelve digits, who is one of so many."""
    for number in range(count):
        user = f"{number % users + 1:012d}"
        yield template.replace("@ID@", f"{run}-{number}").replace("@USER@", user).encode()


async def post_all(url: str, bodies: Iterator[bytes], headers: dict[str, str], *, at_once: int) -> dict[str, Any]:
    latencies: list[float] = []
    statuses: Counter[int] = Counter()

    async def post_some(session: aiohttp.ClientSession) -> None:
        for body in bodies:
            started = time.perf_counter()
            async with session.post(url, data=body, headers=headers) as response:
                await response.read()
            latencies.append((time.perf_counter() - started) * 1000)
            statuses[response.status] += 1

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        started = time.perf_counter()
        await asyncio.gather(*(post_some(session) for _ in range(at_once)))
        seconds = time.perf_counter() - started
    return {"latencies": latencies, "seconds": seconds, "statuses": statuses}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--users", type=int, default=1)
    parser.add_argument("--token", default="")
    parser.add_argument("--run", default="0")
    given = parser.parse_args()
    sent_headers = {"Content-Type": "application/json"}
    if given.token:
        sent_headers["Authorization"] = f"Bearer {given.token}"
    made = make_bodies(sys.stdin.read(), count=given.count, users=given.users, run=given.run)
    print(json.dumps(asyncio.run(post_all(given.url, made, sent_headers, at_once=given.at_once))))
