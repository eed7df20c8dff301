"""The most memory that a first sync ever holds, and how little of that is due to how much mail there is."""

from asyncio import to_thread

from tests.bench import mail
from tests.bench.databases import new_sqlite
from tests.bench.measure import Figure, Report, at_most, ratio_at_most
from tests.bench.setting import Setting
from tests.bench.simulator import running_simulator
from tests.bench.sync import run_sync


async def measure(setting: Setting, report: Report) -> None:
    count = int(setting.choose(20_000, 500))
    peaks: dict[int, list[float]] = {}
    for size in (count, 10 * count):
        made = mail.write_mail(setting.folder / f"mail_{size}.jsonl.gz", size)
        async with running_simulator(setting.folder / "simulator", made, (mail.DOMAIN,)) as simulator:
            for _ in range(setting.runs):
                async with new_sqlite(setting.folder) as url:
                    run = await to_thread(run_sync, "product", simulator, url)
                    peaks.setdefault(size, []).append(run["peak_mb"])
    name = "peak memory of a first sync"
    report.add(Figure(f"{name} ({count:,} mails)", "MB", peaks[count], goal=at_most(200)))
    report.add(Figure(f"{name} ({10 * count:,} mails)", "MB", peaks[10 * count], goal=at_most(200)))
    report.add(
        Figure(f"{name}, ten times the mail", "MB", peaks[10 * count], "a tenth", peaks[count], ratio_at_most(1.2))
    )
