"""A real kernel for tests: cells are sent to it, and everything that it publishes is heard."""

import ast
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel
from jupyter_process import isolated

SOON_S = 15.0  # how long a test waits on a busy machine for what is due
Message = dict[str, Any]


class Kernel:
    """A kernel, and everything it has published."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client
        self.heard: list[Message] = []

    def send(self, code: str) -> str:
        """Send a cell and return its id."""
        return str(self._client.execute(code, store_history=True))

    def run(self, code: str) -> str:
        """Run a cell to its end and return its id."""
        cell = self.send(code)
        self.wait(lambda message: is_idle(message, cell), 60)
        faults = [one["content"] for one in self.heard if one["msg_type"] == "error" and parent(one) == cell]
        assert not faults, faults[0]["traceback"][-1]
        return cell

    def wait_for_ready(self) -> None:
        """Wait until a kernel that is being restarted answers."""
        self._client.wait_for_ready(timeout=60)

    def change(self, comm: str, **state: object) -> str:
        """Send what a browser sends when somebody changes a widget, and return the id of the message."""
        content = {"comm_id": comm, "data": {"method": "update", "state": state, "buffer_paths": []}}
        message = self._client.session.msg("comm_msg", content)
        self._client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def ask(self, expression: str) -> Any:  # noqa: ANN401 - whatever it is
        """Evaluate an expression without a cell that shows or keeps anything."""
        cell = self._client.execute("", silent=True, user_expressions={"it": expression})
        while True:
            reply = self._client.get_shell_msg(timeout=30)
            if parent(reply) == cell:
                found = reply["content"]["user_expressions"]["it"]
                assert found["status"] == "ok", found
                return ast.literal_eval(found["data"]["text/plain"])

    def wait(self, wanted: Callable[[Message], bool], seconds: float = SOON_S) -> Message:
        """Listen until a message is heard that is wanted; those heard before count, too."""
        end = time.monotonic() + seconds
        for message in self.heard:
            if wanted(message):
                return message
        while time.monotonic() < end:
            if not self._client.iopub_channel.msg_ready():
                time.sleep(0.01)
                continue
            message = self._client.get_iopub_msg(timeout=1)
            self.heard.append(message)
            if wanted(message):
                return message
        raise AssertionError(f"not heard within {seconds} s; heard {[one['msg_type'] for one in self.heard][-20:]}")

    def until(self, expression: str) -> None:
        """Ask until the answer is yes."""
        end = time.monotonic() + SOON_S
        while not self.ask(f"bool({expression})"):
            assert time.monotonic() < end, f"not so within {SOON_S} s: {expression}"
            time.sleep(0.05)

    def listen(self, seconds: float) -> None:
        """Hear what comes within a time."""
        end = time.monotonic() + seconds
        with pytest.raises(AssertionError, match="not heard"):
            self.wait(lambda _message: time.monotonic() > end + 60, seconds)

    def cleared(self, cell: str) -> bool:
        """Whether the output of a cell was cleared so far."""
        return any(is_clear(message, cell) for message in self.heard)


def parent(message: Message) -> str:
    return str(message["parent_header"].get("msg_id", ""))


def is_idle(message: Message, cell: str) -> bool:
    return parent(message) == cell and message["content"].get("execution_state") == "idle"


def is_clear(message: Message, cell: str) -> bool:
    return parent(message) == cell and message["msg_type"] == "clear_output" and not message["content"]["wait"]


def shows(kernel: Kernel, cell: str) -> bool:
    kinds = {"execute_result", "display_data", "stream"}
    return any(parent(message) == cell and message["msg_type"] in kinds for message in kernel.heard)


@contextmanager
def kernel_in(folder: Path, **variables: str) -> Iterator[tuple[KernelManager, Kernel]]:
    """Start a kernel that knows nothing of the user, with variables of ours, and end it again.

    What its process writes past the notebook goes to ``kernel.log`` in `folder`.
    """
    with (folder / "kernel.log").open("w") as log:
        manager, client = start_new_kernel(env=isolated(folder) | variables, stdout=log, stderr=log)
        try:
            yield manager, Kernel(client)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
