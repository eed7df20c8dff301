"""PostgreSQL written to: how connections are opened and fail, and what one has found out for the others."""

from typing import Any, Final

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.exc import TimeoutError as ExhaustedError
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage.engine.driver_errors import translating
from storage.errors import StoreUnavailableError

_GENERATION: Final = "carnet generation"


async def connect_postgres(*args: Any, **options: Any) -> Any:
    """Open a connection; raises `StoreUnavailableError` where nobody listens, or nobody is let in."""
    with translating():
        return await asyncpg.connect(*args, **options)


class Pool(AsyncAdaptedQueuePool):
    """A pool that treats half a minute without a free connection as an outage of the database."""

    _sqla_logger_namespace = "sqlalchemy.pool"
    """It logs as the library does, and is not heard as one of our own below a warning."""

    def _do_get(self) -> Any:
        try:
            return super()._do_get()
        except ExhaustedError as error:
            raise StoreUnavailableError("NoConnectionFree") from error


class Generations:
    """Counts how often connections were lost; all that were opened before are replaced when they are asked for.

    A pool does so for its own; those of writers and readers would each find out by a failure.
    """

    def __init__(self) -> None:
        self.current = 0

    def lose(self) -> None:
        """Note that a connection was lost."""
        self.current += 1

    def watch(self, engine: Engine) -> None:
        """Have an engine's pool take part."""
        event.listen(engine, "connect", self._note)
        event.listen(engine, "checkout", self._check)
        event.listen(engine, "handle_error", self._hear)

    def _note(self, _connection: Any, record: Any) -> None:
        record.info[_GENERATION] = self.current

    def _check(self, _connection: Any, record: Any, _proxy: Any) -> None:
        if record.info.get(_GENERATION) != self.current:
            raise DisconnectionError  # the pool opens another one in its place, and tells nobody

    def _hear(self, context: ExceptionContext) -> None:
        if context.is_disconnect:
            self.lose()
