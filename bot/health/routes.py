"""`GET /livez` and `/readyz` for what restarts and feeds processes, `GET /healthz` for people and alarms.

All are public: they give counts and reasons, and no name of a firm or a person.
"""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.health.monitor import HealthMonitor, State
from bot.health.troubles import Trouble
from bot.language import choose_language, say, say_sign_in
from storage.queue.health import Health


def add_health_routes(
    app: web.Application, monitor: HealthMonitor, *, is_alive: Callable[[], bool] = lambda: True
) -> None:
    """Add the three to an application; `is_alive` says whether its loops still run."""
    routes = _Routes(monitor, is_alive)
    app.router.add_get("/livez", routes.tell_life)
    app.router.add_get("/healthz", routes.tell_health)
    app.router.add_get("/readyz", routes.tell_readiness)


class _Routes:
    def __init__(self, monitor: HealthMonitor, is_alive: Callable[[], bool]) -> None:
        self._monitor = monitor
        self._is_alive = is_alive

    async def tell_life(self, _request: web.Request) -> web.Response:
        """Tell that the process is worth keeping: nothing outside of it is asked, so that no outage restarts it."""
        return _answer({"status": "alive"}) if self._is_alive() else _answer({"status": "stopped"}, 503)

    async def tell_health(self, request: web.Request) -> web.Response:
        """Tell how the mailboxes stand, and what is wrong; 503 where nothing works."""
        state = await self._monitor.get_state()
        body = {"status": state.status, "reasons": describe_troubles(state, _language(request))}
        if state.health is not None:
            body |= describe_health(state.health)
        return _answer(body, 503 if state.status == "unavailable" else 200)

    async def tell_readiness(self, request: web.Request) -> web.Response:
        """Tell whether requests can be answered; the reasons say what stands in the way."""
        state = await self._monitor.get_state()
        status = "ready" if state.is_ready else "unavailable"
        body = {"status": status, "reasons": describe_troubles(state, _language(request))}
        return _answer(body, 200 if state.is_ready else 503)


def describe_troubles(state: State, language: str) -> list[dict[str, Any]]:
    """Say what is wrong: a key for programs, a sentence for people."""
    return [{"key": trouble.key, "what": _say_trouble(trouble, language)} for trouble in state.troubles]


def _say_trouble(trouble: Trouble, language: str) -> str:
    code = trouble.values.get("code")
    values = {**trouble.values, "refusal": say_sign_in(language, code)} if code else trouble.values
    return say(language, f"health.{trouble.key}", **values)


def describe_health(health: Health) -> dict[str, Any]:
    """Say in JSON how the mailboxes stand; `current` means synced to the end."""
    mailboxes = {"total": health.total, "current": health.current, "failing": health.failing}
    return {
        "mailboxes": {**mailboxes, "syncing": health.syncing, "skipped": health.skipped},
        "progress": round(health.progress, 4),
        "done_at": health.done_at or None,
        "last_success_at": health.last_success_at or None,
    }


def _language(request: web.Request) -> str:
    return choose_language(request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0])


def _answer(body: dict[str, Any], status: int = 200) -> web.Response:
    return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})
