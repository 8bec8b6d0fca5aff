"""What a panel does when its button is pressed: one task at a time, its bar, and what is said of it."""

import asyncio
import html
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

import ipywidgets as ipw
from IPython import get_ipython
from IPython.display import display

from testkey_nb.jupyter.comms import say_what_is_handled
from testkey_nb.jupyter.history import keep_in_memory
from testkey_nb.retention import cell_runs, keep_output

Done = TypeVar("Done")
OLDER = "What is shown below is older."


class Job(Generic[Done]):
    """A task that is started or joined; None is its result where the caller's mistake kept anything from being sent.

    Parameters
    ----------
    left
        Says what is shown after a task that did not end.

    """

    def __init__(self, left: Callable[[], str] = lambda: OLDER) -> None:
        """Start nothing yet."""
        self.bar = ipw.IntProgress(max=1)
        self.status = ipw.HTML()
        self._left = left
        self._task: asyncio.Task[Done | None] | None = None
        self.say("Nothing has been sent yet.")

    def start(self, work: Callable[[], Coroutine[Any, Any, Done | None]]) -> "asyncio.Task[Done | None]":
        """Start `work`, or join what is going on."""
        if self._task is None:
            self.bar.value, self.bar.max, self.bar.bar_style = 0, 1, ""
            self._task = asyncio.get_running_loop().create_task(work())
            self._task.add_done_callback(self._ended)
        return self._task

    @property
    def going_on(self) -> bool:
        """Whether a task was started and has not ended."""
        return self._task is not None

    def progress(self, done: int, total: int, text: str) -> None:
        """Show how far it is, in the bar and in words."""
        self.bar.max, self.bar.value = max(total, 1), done
        self.say(text)

    def say(self, text: str, *, alert: bool = False) -> None:
        """Say something in place of what was said."""
        role = "alert" if alert else "status"
        self.status.value = f'<p class="tk-panel-{role}" role="{role}">{html.escape(text)}</p>'

    def _ended(self, task: "asyncio.Task[Done | None]") -> None:
        """Make room for the next task; a fault of our own is told by its kind, as its text may quote anything."""
        self._task = None
        failed = task.cancelled() or task.exception() is not None
        if failed:
            kind = "stopped" if task.cancelled() else f"a fault in testkey_nb: {type(task.exception()).__name__}"
            self.say(f"The run did not end: {kind}. {self._left()}", alert=True)
        self.bar.bar_style = "danger" if failed or task.result() is None else "success"


class Work:
    """What a button may end while somebody waits for it: the waiting one goes on with what was done until then."""

    def __init__(self) -> None:
        """Do nothing yet."""
        self._task: asyncio.Task[Any] | None = None

    async def done(self, work: Coroutine[Any, Any, Any]) -> bool:
        """Wait for the end of `work`; return whether it was stopped."""
        self._task = asyncio.get_running_loop().create_task(work)
        try:
            await self._task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise  # somebody ended the waiting task itself
            return True
        finally:
            self._task = None
        return False

    def stop(self) -> None:
        """End it, if it goes on."""
        if self._task is not None:
            self._task.cancel()


def show_panel(view: ipw.DOMWidget, job: Job[Any]) -> None:
    """Show a panel as the output of the running cell; it stays when other outputs are cleared, what it shows does not.

    The panel clears that itself.
    """
    keep_output()
    shell = get_ipython()
    say_what_is_handled(shell, cell_runs)
    if shell is not None and not keep_in_memory(shell):
        job.say("IPython's history file could not be left: what was typed in this session may be in it.", alert=True)
    display(view)  # type: ignore[no-untyped-call]  # IPython's own
