"""Messages of widgets that a kernel handles while a cell awaits something.

ipykernel 7.4 handles them beside the cell and does not say that it has. ipywidgets sends no further change of a widget
before it hears so: the first click on a tab while a cell awaits would be the last that reaches the kernel.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

KIND = "comm_msg"


def say_what_is_handled(shell: Any, cell_runs: Callable[[], bool]) -> None:  # noqa: ANN401 - IPython's, of any kind
    """Make the kernel of `shell` say of each message that it handles while a cell runs that it has.

    Call it as often as you like. Where the kernel says so itself, it is said twice, which nobody minds.
    """
    kernel = getattr(shell, "kernel", None)
    handlers = getattr(kernel, "shell_handlers", {})
    if KIND in handlers and not isinstance(handlers[KIND], _Saying):
        handlers[KIND] = _Saying(kernel, handlers[KIND], cell_runs)


@dataclass(frozen=True)
class _Saying:
    """A handler that says when it has done."""

    kernel: Any
    handle: Callable[..., Any]
    cell_runs: Callable[[], bool]

    def __call__(self, stream: Any, ident: Any, message: Any) -> Any:  # noqa: ANN401 - as ipykernel has them
        result = self.handle(stream, ident, message)
        if self.cell_runs():
            for printed in (sys.stdout, sys.stderr):
                printed.flush()  # what comes after "idle" is not heard as this message's any more
            for state in ("idle", "busy"):  # busy, for the cell goes on
                socket = self.kernel.iopub_socket
                self.kernel.session.send(socket, "status", {"execution_state": state}, parent=message)
        return result
