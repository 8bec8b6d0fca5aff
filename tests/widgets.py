"""What the tests of panels share: the sandbox as they ask it, and all that widgets hold."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx
import ipywidgets
from ipywidgets.widgets.widget import _instances  # there is no public list of what is open

from testkey_nb import sandbox

Done = TypeVar("Done")


class Counting(httpx.AsyncBaseTransport):
    """The sandbox, counting what is asked of it; it waits for its gate to open, and may answer something else."""

    def __init__(
        self,
        persona: str = "launch-ready",
        instead: Callable[[httpx.Request], httpx.Response | None] = lambda _request: None,
    ) -> None:
        self.inner = sandbox.transport("huggingface", persona)
        self.asked, self.instead = 0, instead
        self.headers: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        self.headers.append(request.headers.get("authorization", ""))
        await self.gate.wait()
        return self.instead(request) or await self.inner.handle_async_request(request)


def ended(start: Callable[[], Awaitable[Done | None]]) -> Done | None:
    """Start something of a panel in a loop of its own, wait for its end, and return what it came to."""

    async def wait() -> Done | None:
        return await start()

    return asyncio.run(wait())


def open_widgets() -> list[ipywidgets.Widget]:
    return list(_instances.values())


def held_by_widgets() -> str:
    """Everything that any widget holds or that a saved notebook could hold of it."""
    kept = [f"{getattr(one, 'value', '')} {getattr(one, 'description', '')}" for one in open_widgets()]
    return "\n".join([str(ipywidgets.Widget.get_manager_state()), *kept])
