"""What a panel does when its button is pressed: one task at a time, its bar, and what is said of it."""

import asyncio
import html
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Generic, TypeVar

import ipywidgets as ipw
from IPython import get_ipython
from IPython.display import display

from testkey_nb.errors import CallerError
from testkey_nb.jupyter.comms import say_what_is_handled
from testkey_nb.jupyter.history import keep_in_memory
from testkey_nb.retention import cell_runs, keep_output
from testkey_nb.rows import Why

from .speech import Speech

Done = TypeVar("Done")
OLDER = Why("What is shown below is older.")


class Job(Generic[Done]):
    """A task that is started or joined; None is its result where the caller's mistake kept anything from being sent.

    Parameters
    ----------
    speech
        Says it in the language that is chosen.
    left
        Says what is shown after a task that did not end.

    """

    def __init__(self, speech: Speech, left: Callable[[], str]) -> None:
        """Start nothing yet."""
        self.bar = ipw.IntProgress(max=1)
        self.status = ipw.HTML()
        self._left, self.speech = left, speech
        self._task: asyncio.Task[Done | None] | None = None
        self._said, self._role = "", "status"
        self.say(Why("Nothing has been sent yet."))
        speech.keep(self._put)

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

    def say(self, text: str | CallerError, *, alert: bool = False) -> None:
        """Say something, or the caller's mistake, in place of what was said."""
        self._said = text.args[0] if isinstance(text, CallerError) else text
        self._role = "alert" if alert else "status"
        self._put()

    def _put(self) -> None:
        said = html.escape(self.speech(self._said))
        self.status.value = f'<p class="tk-panel-{self._role}" role="{self._role}">{said}</p>'

    def _ended(self, task: "asyncio.Task[Done | None]") -> None:
        """Make room for the next task; a fault of our own is told by its kind, as its text may quote anything."""
        self._task = None
        failed = task.cancelled() or task.exception() is not None
        if failed:
            kind = type(task.exception()).__name__ if not task.cancelled() else ""
            why = Why("a fault in testkey_nb: {kind}", kind=kind) if kind else Why("stopped")
            self.say(Why("The run did not end: {why}. {left}", why=why, left=self._left()), alert=True)
        self.bar.bar_style = "danger" if failed or task.result() is None else "success"


def only(methods: Iterable[str]) -> Why | str:
    """Return how requests were sent, as a part of a sentence; nothing where none were."""
    named = sorted(methods)
    return Why(", {methods} only,", methods=" + ".join(named)) if named else ""


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
        job.say(
            Why("IPython's history file could not be left: what was typed in this session may be in it."), alert=True
        )
    display(view)  # type: ignore[no-untyped-call]  # IPython's own
