"""The pool of connections to PostgreSQL."""

from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as ExhaustedError
from sqlalchemy.pool import AsyncAdaptedQueuePool


class Pool(AsyncAdaptedQueuePool):
    """A pool that has no connection to give for half a minute is to whoever asks a database that is away."""

    def _do_get(self) -> Any:
        try:
            return super()._do_get()
        except ExhaustedError as error:
            raise OperationalError("checkout", None, error) from error
