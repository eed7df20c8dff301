"""What the pools of connections to PostgreSQL share: how they fail, and what one of them has found out."""

from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.exc import TimeoutError as ExhaustedError
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage.errors import StoreUnavailableError

_GENERATION: Final = "carnet generation"


class Pool(AsyncAdaptedQueuePool):
    """A pool that has no connection to give for half a minute is to whoever asks a database that is away."""

    def _do_get(self) -> Any:
        try:
            return super()._do_get()
        except ExhaustedError as error:
            raise StoreUnavailableError("NoConnectionFree") from error


class Generations:
    """Counts how often the connections of some pools were lost; those from before are replaced when they are asked for.

    SQLAlchemy does so for one pool; each of the others would find out by a failure of its own.
    """

    def __init__(self) -> None:
        self._current = 0

    def watch(self, engine: Engine) -> None:
        """Have an engine's pool take part."""
        event.listen(engine, "connect", self._note)
        event.listen(engine, "checkout", self._check)
        event.listen(engine, "handle_error", self._hear)

    def is_current(self, info: dict[Any, Any]) -> bool:
        """Say whether the connection with this `info` was opened since."""
        return bool(info.get(_GENERATION) == self._current)

    def _note(self, _connection: Any, record: Any) -> None:
        record.info[_GENERATION] = self._current

    def _check(self, _connection: Any, record: Any, _proxy: Any) -> None:
        if not self.is_current(record.info):
            raise DisconnectionError  # the pool opens another one in its place, and tells nobody

    def _hear(self, context: ExceptionContext) -> None:
        if context.is_disconnect:
            self._current += 1
