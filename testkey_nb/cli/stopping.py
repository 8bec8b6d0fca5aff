"""Ctrl-C: the first ends what goes on, and those that follow find it being tidied up and change nothing."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

Done = TypeVar("Done")
_AGAIN_S = 0.02


def heed_first() -> None:
    """Let the first Ctrl-C from now on interrupt, and no other.

    A process that was started to ignore it still does, and a command that runs in a thread is never told of one.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
        sys.unraisablehook = _once_more


def heed_no_more() -> None:
    """Let no Ctrl-C interrupt Python itself at its end, which would have the signal's own effect by then."""
    if _ours():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def leave_to_child() -> None:
    """Leave every Ctrl-C from now on to the program that is started next, which gets it from the terminal, too."""
    if _ours():
        signal.signal(signal.SIGINT, _too_late)  # ignored, it would be ignored by that program as well


def asked_to_stop() -> bool:
    """Whether Ctrl-C was pressed, also where the interrupt was raised in a place from which nothing is raised."""
    return signal.getsignal(signal.SIGINT) is _too_late


def run(make: Callable[[], Coroutine[Any, Any, Done]]) -> Done:
    """Run what `make` returns in an event loop; Ctrl-C cancels it, and it is waited for.

    An interrupt that is raised wherever the loop just is could leave tasks and connections behind.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C was pressed, before or meanwhile.

    """
    import asyncio

    running: list[asyncio.Task[Any]] = []

    def stop(*_signal: object) -> None:
        signal.signal(signal.SIGINT, _too_late)
        for task in running:
            if not task.get_loop().is_closed():
                task.get_loop().call_soon_threadsafe(task.cancel)

    async def stoppable() -> Done:
        running.extend(filter(None, [asyncio.current_task()]))
        if asked_to_stop():
            raise asyncio.CancelledError
        return await make()

    before = signal.getsignal(signal.SIGINT)
    if before is _interrupt:
        signal.signal(signal.SIGINT, stop)
    try:
        return asyncio.run(stoppable())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        if signal.getsignal(signal.SIGINT) is stop:
            signal.signal(signal.SIGINT, before)


def _ours() -> bool:
    """Whether `heed_first` has seen to what a Ctrl-C does."""
    return signal.getsignal(signal.SIGINT) in {_interrupt, _too_late}


def _interrupt(_signal: int, at: FrameType | None) -> None:
    while at is not None:
        if at.f_code is _once_more.__code__:
            return  # it would be swallowed there once more; `_until_heeded` comes again
        at = at.f_back
    signal.signal(signal.SIGINT, _too_late)
    raise KeyboardInterrupt


def _once_more(ignored: "UnraisableHookArgs") -> None:
    """Interrupt again in a moment, where it was raised in a callback from which nothing is raised."""
    if ignored.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(ignored)
    elif asked_to_stop():
        signal.signal(signal.SIGINT, _interrupt)
        threading.Thread(target=_until_heeded, daemon=True).start()


def _until_heeded() -> None:
    time.sleep(_AGAIN_S)
    while signal.getsignal(signal.SIGINT) not in {_too_late, signal.SIG_IGN, signal.default_int_handler}:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(_AGAIN_S)


def _too_late(*_signal: object) -> None:
    """Do nothing."""
