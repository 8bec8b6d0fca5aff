"""What goes on can be ended by a purge, and leaves nothing of what it heard where it ends before its time."""

import asyncio
import math
from collections.abc import Callable
from types import TracebackType
from typing import Self

from testkey_nb.errors import DataExpired
from testkey_nb.retention import hold


class Purged(DataExpired):
    """A purge ended what went on; any other `DataExpired` in it is of a caller's own function."""


class UnderWay:
    """Whatever the current task does within this is ended by a purge, from whichever thread.

    Parameters
    ----------
    forget
        Drops what was heard so far: called by a purge, and where an exception ends it, whose traceback may be kept.

    Raises
    ------
    DataExpired
        Where a purge ended it.

    """

    def __init__(self, forget: Callable[[], None]) -> None:
        """Nothing goes on yet."""
        self.purged = False
        self._cancelled = False  # by the purge, whoever else did
        self._forget = forget
        self._task: asyncio.Task[object] | None = None

    def __enter__(self) -> Self:
        """Begin."""
        self._task = asyncio.current_task()
        hold(self, "probe", UnderWay._purge, math.inf)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        """End; where the task was cancelled by the purge only, say so in place of that."""
        task, self._task = self._task, None
        alone = self._cancelled and task is not None and not task.uncancel()
        if error is None:
            return
        self._forget()
        cancelled = isinstance(error, asyncio.CancelledError)
        if self.purged and (alone if cancelled else isinstance(error, Exception)):
            raise purged() from None
        if cancelled:
            raise error.with_traceback(None) from None  # the frames below hold what was heard

    def _purge(self) -> None:
        self.purged = True
        self._forget()
        task = self._task
        if task is not None:
            task.get_loop().call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self._task is not None:
            self._cancelled = self._task.cancel()


def purged() -> Purged:
    """Return what is raised in place of facts that a purge took."""
    return Purged("everything was purged while this run went on; probe again")
