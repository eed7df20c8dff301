"""`python -m bot.demo`: the small Microsoft 365 alone, for benches and for services in other processes."""

import argparse
import asyncio
import contextlib
import json
import signal
from pathlib import Path

from bot.demo.serving import run_microsoft
from bot.demo.start import open_firm


def main() -> None:
    """Serve until interrupted; prints the settings that a service needs to reach it, as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bot.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--data", type=Path, default=Path("demo-data"))
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--domain", action="append", default=[])
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(arguments.port, arguments.data, arguments.corpus, arguments.domain))


async def _serve(port: int, data: Path, corpus: Path | None, domains: list[str]) -> None:
    firm, journal = open_firm(data, corpus=corpus, domains=domains)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with run_microsoft(firm, port=port, folder=data, journal=journal) as microsoft:
        print(json.dumps({**microsoft.config_values, "demo_url": microsoft.cloud.url}), flush=True)  # noqa: T201
        await stopping.wait()


if __name__ == "__main__":
    main()
