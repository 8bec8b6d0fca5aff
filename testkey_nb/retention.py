"""What happens after five minutes: frames are emptied, outputs cleared, caches dropped, and a receipt says so.

What the package holds is dropped by a thread, also while a cell runs.  Frames are the analyst's to compute with, so
they are emptied between cells: when the running cell ends, or at once in an idle kernel.
"""

import contextvars
import gc
import math
import re
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .expiry import KEEPER, Thing

CANNOT_REACH = (
    "files exported on purpose: reports, JSON, launch folders",
    "copies and slices that you made of a frame, and values that you took out of it",
    "screenshots, the clipboard, terminal scrollback, and what other programs keep",
    "memory that Python has let go of but not overwritten, and swap",
)
_DATA = ("run", "verdict", "frame", "panel")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was made to forget, and what cannot be reached from here."""

    at: datetime
    dropped: Mapping[str, int]
    cannot_reach: tuple[str, ...] = CANNOT_REACH

    def __str__(self) -> str:
        went = ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in sorted(self.dropped.items()))
        return (
            f"{self.at:%H:%M:%S} UTC: gone: {went or 'nothing was held'}. Out of reach: {'; '.join(self.cannot_reach)}."
        )


@dataclass(slots=True)
class _Kernel:
    """The IPython shell we live in, if any, and what waits for its running cell to end."""

    shell: Any = None
    running: bool = False
    keep_output: bool = False
    handed_out: float = math.inf  # when the first of what the running cell was given will be gone
    waiting: list[Callable[[], None]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


_kernel = _Kernel()
_receipts: list[Receipt] = []


def hold(thing: Thing, kind: str, forget: Callable[[Thing], None], until: float) -> None:
    """Register something that was handed out or is shown: at `until` it is made to forget.

    Parameters
    ----------
    thing
        Known by a weak reference.
    kind
        A word for the receipt: run, verdict, frame, panel.
    forget
        Called with `thing`; from a thread, except for frames.
    until
        On the clock of `expiry.now`.

    """
    attach()
    _kernel.handed_out = min(_kernel.handed_out, until)
    KEEPER.hold(thing, kind, forget, until)


def hold_frame(frame: Any, until: float) -> None:  # noqa: ANN401 - a DataFrame; pandas is not imported down here
    """Register a DataFrame to be emptied in place, its columns and dtypes kept, between cells."""
    hold(frame, "frame", lambda held: between_cells(lambda: _empty(held)), until)


def _empty(frame: Any) -> None:  # noqa: ANN401
    # `drop(inplace=True)` is deprecated from pandas 3.1 on; making the same object anew is what is left in public.
    type(frame).__init__(frame, frame.iloc[:0].copy())


def purge() -> Receipt:
    """Forget everything now and say what went and what cannot be reached; frames go when the running cell ends."""
    return _receipts[-1] if KEEPER.forget(everything=True) else Receipt(datetime.now(UTC), {})


def receipts() -> tuple[Receipt, ...]:
    """Return what was forgotten lately, by time or by `purge`, the newest last."""
    return tuple(_receipts)


def _forgotten(dropped: Mapping[str, int]) -> None:
    _receipts.append(Receipt(datetime.now(UTC), dict(dropped)))
    del _receipts[:-20]
    between_cells(_drop_caches)


KEEPER.on_forgotten.append(_forgotten)


def cell_runs() -> bool:
    """Tell whether a cell runs in the kernel we live in; it may be awaiting something."""
    return _kernel.running


def keep_output() -> None:
    """Spare the output of the running cell: it shows a panel, which clears its values itself."""
    attach()
    _kernel.keep_output = True


def between_cells(call: Callable[[], None]) -> None:
    """Call now, or in a kernel when no cell runs: on its own thread, at once if it is idle."""
    if _kernel.shell is None:
        call()
        return
    with _kernel.lock:
        _kernel.waiting.append(call)
    loop = getattr(getattr(getattr(_kernel.shell, "kernel", None), "io_loop", None), "asyncio_loop", None)
    if loop is not None and loop.is_running():
        loop.call_soon_threadsafe(_settle)
    elif not _kernel.running:
        _settle()


def _settle() -> None:
    """Do what waited, unless a cell runs: then the end of that cell does it."""
    if _kernel.running:
        return
    with _kernel.lock:
        waiting, _kernel.waiting = _kernel.waiting, []
    for call in waiting:
        call()


def attach() -> None:
    """Take notice of the cells of the IPython shell we live in, once."""
    if _kernel.shell is not None or "IPython" not in sys.modules:
        return
    shell = sys.modules["IPython"].get_ipython()
    if shell is None:
        return
    _kernel.shell = shell
    _kernel.running = True  # we are being called by a cell
    shell.events.register("pre_run_cell", _cell_begins)
    shell.events.register("post_run_cell", _cell_ended)


def _cell_begins(_info: object) -> None:
    _kernel.running, _kernel.keep_output, _kernel.handed_out = True, False, math.inf


def _cell_ended(_result: object) -> None:
    _kernel.running = False
    _settle()
    # The cell may show any of what is held, and what it was given and did not keep: the first to go decides.
    until = min(KEEPER.earliest(*_DATA) or math.inf, _kernel.handed_out)
    if until != math.inf and not _kernel.keep_output:
        # ipykernel 7 keeps the cell that an output belongs to in a context variable.
        output = _Output(contextvars.copy_context(), _kernel.shell.display_pub.clear_output)
        _outputs.append(output)
        KEEPER.hold(output, "output", _clear, until)


@dataclass(eq=False)
class _Output:
    """The output of one cell."""

    context: contextvars.Context
    clear: Callable[[], None]


_outputs: list[_Output] = []


def _clear(output: _Output) -> None:
    output.context.run(output.clear)
    _outputs.remove(output)


def _drop_caches() -> None:
    """Drop what IPython keeps of shown values: ``Out``, ``_``, ``_1`` and their shadows in the hidden namespace."""
    shell = _kernel.shell
    if shell is None:
        return
    shell.displayhook.flush()
    shell.last_execution_result = None
    for kept in ("outputs", "exceptions"):  # what IPython 9 remembers of each cell beside its value
        getattr(getattr(shell, "history_manager", None), kept, {}).clear()
    for space in (shell.user_ns, shell.user_ns_hidden):
        for name in [name for name in space if re.fullmatch(r"_\d+", name)]:
            del space[name]
        space.update(dict.fromkeys(("_", "__", "___"), ""))
    gc.collect()
